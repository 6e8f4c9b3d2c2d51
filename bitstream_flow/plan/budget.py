# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""A plan against the board: shares of its resources, what binds, the highest rate that fits."""

from __future__ import annotations

from bisect import bisect_left

from tqdm import tqdm

from bitstream_flow.boards.board import Board
from bitstream_flow.plan.folding import Target
from bitstream_flow.plan.mac_lanes import mac_lanes
from bitstream_flow.plan.planner import USABLE, Plan, Planner
from hls.common.errors import InputError
from hls.operators.resources import Resources

NAMES = {"lut": "LUT", "ff": "FF", "bram36": "BRAM36", "dsp": "DSP", "uram": "URAM"}
# Neighbouring rates differ by this factor; _STEPS of them are tried.
_STEP = 1.05
_STEPS = 160


def titles(board: Board) -> dict[str, str]:
    """Resource -> its title, of those that the part has."""
    return {name: title for name, title in NAMES.items() if getattr(board.budget, name)}


def shares(resources: Resources, board: Board) -> dict[str, float]:
    """Resource -> share of the whole part."""
    return resources.shares(board.budget)


def scarcest(found: dict[str, float]) -> str:
    """The resource of the largest share."""
    return max(found, key=lambda name: found[name])


def check_budget(plan: Plan, board: Board, what: str) -> None:
    """InputError, with the resource and by how much, if the plan is too large for the board."""
    found = shares(plan.resources, board)
    name = scarcest(found)
    if found[name] > USABLE:
        needs, has = getattr(plan.resources, name), getattr(board.budget, name)
        raise InputError(
            f"{what} needs {needs:,.0f} {NAMES[name]}, {found[name]:.0%} of those of {board.name};"
            f" {needs - USABLE * has:,.0f} more than the {USABLE:.0%} that may be used:"
            " ask for a lower rate (FPS=…), a narrower network or a larger board"
        )


def fastest(planner: Planner, board: Board) -> Plan | None:
    """The plan of the highest rate that fits; None where none is found.

    The mixed-integer program alone is hopeful: it says which rate to plan in full. Where that
    does not fit after all, lower ones are planned in full too, halving what is left.
    """
    targets = [Target(int(planner.quickest * _STEP**step)) for step in range(_STEPS)]
    plans: dict[Target, Plan] = {}
    first = bisect_left(targets, True, key=lambda target: _fits(planner, target))
    with tqdm(desc="rates", unit="rate", disable=None, leave=False) as trials:

        def fits(target: Target) -> bool:
            plans[target] = planner.plan(target)
            trials.update()
            return max(shares(plans[target].resources, board).values()) <= USABLE

        if first < len(targets) and not fits(targets[first]):
            first = bisect_left(targets, True, first + 1, key=fits)
    return plans[targets[first]] if first < len(targets) else None


def _fits(planner: Planner, target: Target) -> bool:
    _, share = planner.choose(target)
    return share <= USABLE


def verdict(plan: Plan, board: Board) -> str:
    """One line: how fast it is, and what binds."""
    share = shares(plan.resources, board)
    name = scarcest(share)
    frames, count = board.clock_hz / plan.interval, mac_lanes(plan.graph)
    return (
        f"{frames:,.0f} frames/s at {board.clock_mhz:g} MHz ({plan.interval} cycles);"
        f" {count} MAC lanes, {plan.resources.lut / count:.2f} LUT per lane all in;"
        f" scarcest: {NAMES[name]}, {share[name]:.1%}"
    )
