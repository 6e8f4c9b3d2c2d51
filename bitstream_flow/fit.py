# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Does it fit, and how fast? `python -m bitstream_flow.fit --config face-z1 --board Pynq-Z1`.

In seconds, from the configuration alone: no weights, no FINN, no synthesis. Every figure is
predicted, by the cost models that the mapping is compared with (`make bench`).
"""

from __future__ import annotations

import argparse
from bisect import bisect_left
from collections import Counter

from rich.console import Console
from rich.table import Table
from tqdm import tqdm

from bitstream_flow.boards.board import Board, load_board
from bitstream_flow.plan.folding import Target
from bitstream_flow.plan.mac_lanes import lanes
from bitstream_flow.plan.planner import USABLE, Plan, Planner
from hls.common.errors import InputError, run_command
from hls.operators.resources import Resources

NAMES = {"lut": "LUT", "ff": "FF", "bram36": "BRAM36", "dsp": "DSP", "uram": "URAM"}
# Rates lie apart by this factor, so many of them.
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


def report(name: str, board: Board, plan: Plan) -> Table:
    """A table of the plan: operators by kind, totals, shares and the binding resource."""
    table = Table(title=f"{name} on {board.name} ({board.part}): predicted")
    for title in ("operator", "count", "cycles", *titles(board).values()):
        table.add_column(title, justify="left" if title == "operator" else "right")
    count, cycles = Counter[str](), Counter[str]()
    kinds: dict[str, Resources] = {}
    for node in plan.chip.nodes:
        kind = node.op.module
        count[kind] += 1
        cycles[kind] = max(cycles[kind], node.op.cycles)
        kinds[kind] = kinds.get(kind, Resources()) + node.op.resources()
    rows = [(kind, str(count[kind]), str(cycles[kind]), kinds[kind]) for kind in sorted(kinds)]
    rows.append(("fifo", str(len(plan.depths)), "", plan.fifo_resources))
    for kind, number, slowest, resources in rows:
        table.add_row(kind, number, slowest, *_cells(resources, board))
    table.add_section()
    table.add_row("in all", "", str(plan.interval), *_cells(plan.resources, board))
    share = shares(plan.resources, board)
    table.add_row("of the part", "", "", *(f"{share[name]:.1%}" for name in titles(board)))
    return table


def _cells(resources: Resources, board: Board) -> list[str]:
    return [f"{getattr(resources, name):,.1f}".removesuffix(".0") for name in titles(board)]


def verdict(plan: Plan, board: Board) -> str:
    """One line: how fast it is, and what binds."""
    share = shares(plan.resources, board)
    name = scarcest(share)
    frames, count = board.clock_hz / plan.interval, lanes(plan.chip)
    return (
        f"{frames:,.0f} frames/s at {board.clock_mhz:g} MHz ({plan.interval} cycles);"
        f" {count} MAC lanes, {plan.resources.lut / count:.2f} LUT a lane all in;"
        f" scarcest: {NAMES[name]}, {share[name]:.1%}"
    )


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(prog="python -m bitstream_flow.fit", description=__doc__)
    parser.add_argument("--config", default="face-z1", help="network (default: %(default)s)")
    parser.add_argument("--board", default="Pynq-Z1", help="board (default: %(default)s)")
    parser.add_argument("--fps", type=float, help="plan for this rate instead of the highest")
    parser.add_argument(
        "--set", action="append", default=[], metavar="SECTION.KEY=VALUE",
        help="change the configuration, such as network.width=128",
    )  # fmt: skip
    args = parser.parse_args()
    board = load_board(args.board)
    from bitstream_flow.frontend.from_config import network_graph
    from model.config import load_config

    network = load_config(args.config, args.set).network
    planner = Planner(network_graph(args.config, network), board.budget)
    if args.fps is None:
        found = fastest(planner, board) or planner.plan(Target(planner.quickest))
    else:
        found = planner.plan(Target.from_rate(args.fps, board.clock_hz))
    console = Console()
    console.print(report(args.config, board, found))
    console.print(verdict(found, board), highlight=False)
    check_budget(found, board, f"{args.config} at {board.clock_hz / found.interval:.0f} frames/s")


if __name__ == "__main__":
    run_command(main)
