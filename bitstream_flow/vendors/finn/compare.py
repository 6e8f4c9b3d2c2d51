# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""FINN's SetFolding and ours on the same graph, for the same rate and the same board.

`python -m bitstream_flow.vendors.finn.compare --config face-z1 --board Pynq-Z1 --fps 1000`. FINN's
folding is shown twice: as FINN estimates it, and carried over to our operators with our cost models
and FIFOs, so that the foldings can be compared on one scale. Every figure is predicted.
"""

from __future__ import annotations

import argparse
import time
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from rich.console import Console
from rich.table import Table
from tqdm import tqdm

from bitstream_flow.artifacts.build import DEFAULT_RATE, Build
from bitstream_flow.boards.board import Board, load_board
from bitstream_flow.frontend.compile import FINN_GRAPH
from bitstream_flow.plan.budget import NAMES, fastest, shares, titles
from bitstream_flow.plan.folding import Target
from bitstream_flow.plan.mac_lanes import mac_lanes
from bitstream_flow.plan.planner import USABLE, Plan, Planner
from bitstream_flow.vendors.finn.estimate import Estimate
from bitstream_flow.vendors.finn.folding import FinnGraph, carried_over
from hls.common.errors import InputError, run_command

# Rates tried for the highest that fits: steps of this factor, that many below and above.
_STEP = 1.05
_BELOW, _ABOVE = 60, 30


@dataclass
class Contest:
    """One network on one board, folded by FINN and by us."""

    build: Build
    finn: FinnGraph
    planner: Planner
    ours: Plan
    seconds: float = 0.0

    @classmethod
    def open(cls, build: Build) -> Contest:
        """Read FINN's graph and ours, which the front end has left, and plan ours."""
        network = build.folder / "frontend" / FINN_GRAPH
        if not network.is_file():
            raise InputError(
                f"no FINN graph {network}: run make bitstream CONFIG={build.config}"
                f" BOARD={build.board.name}"
            )
        planner = Planner(build.logical, build.board.budget)
        ours = planner.plan(Target.from_rate(build.frame_rate, build.board.clock_hz))
        return cls(build, FinnGraph(network, build.board.part), planner, ours)

    def folded(self, rate: float) -> tuple[Estimate, Callable[[], Plan]]:
        """FINN's folding for a rate: FINN's estimate of it, and how to plan it with our parts."""
        start = time.monotonic()
        model = self.finn.fold(Target.from_rate(rate, self.build.board.clock_hz).cycles)
        self.seconds = time.monotonic() - start
        budget = self.build.board.budget
        plan = partial(carried_over, model, self.build.logical, self.ours, budget)
        return self.finn.estimate(model), plan

    @property
    def rates(self) -> list[float]:
        """The rates that are tried, ascending."""
        return [self.build.frame_rate * _STEP**step for step in range(-_BELOW, _ABOVE + 1)]

    def highest(self, fits: Callable[[float], bool]) -> float | None:
        """The highest rate of those tried that fits, taking it that every lower one does too."""
        rates = self.rates
        with tqdm(desc="rates", unit="rate", disable=None, leave=False) as bar:

            def too_large(rate: float) -> bool:
                bar.update()
                return not fits(rate)

            index = bisect_left(rates, True, key=too_large)
        return rates[index - 1] if index else None


def table(contest: Contest) -> Table:
    """All rows: the rate asked for, then the highest rate inside the usable part of the board."""
    build = contest.build
    board, rate = build.board, build.frame_rate
    found = Table(title=f"{build.config} on {board.name} ({board.part}): predicted")
    texts = ("folding", "counted by")
    for title in (*texts, "cycles", "frames/s", *titles(board).values(), "lanes", "most"):
        found.add_column(title, justify="left" if title in texts else "right")
    estimate, plan = contest.folded(rate)
    found.add_row(f"ours, for {rate:g}", "us, FIFOs included", *_plan(contest.ours, board))
    _finn_rows(found, f"FINN's, for {rate:g}", board, (estimate, plan()))
    found.add_section()
    best = fastest(contest.planner, board)
    found.add_row("ours, fastest that fits", "us, FIFOs included", *_cells_or_none(best, board))
    for by, fits in _criteria(contest).items():
        highest = contest.highest(fits)
        name = f"FINN's, fastest that fits as {by}"
        if highest is None:
            found.add_row(name, f"none from {contest.rates[0]:.0f}/s up")
        else:
            estimate, plan = contest.folded(highest)
            _finn_rows(found, name, board, (estimate, plan()))
    return found


def _criteria(contest: Contest) -> dict[str, Callable[[float], bool]]:
    """Who counts -> whether FINN's folding for a rate fits."""
    board = contest.build.board

    def as_finn(rate: float) -> bool:
        return max(contest.folded(rate)[0].shares(board).values()) <= USABLE

    def as_ours(rate: float) -> bool:
        return max(shares(contest.folded(rate)[1]().resources, board).values()) <= USABLE

    return {"FINN counts": as_finn, "we count": as_ours}


def _finn_rows(found: Table, name: str, board: Board, folding: tuple[Estimate, Plan]) -> None:
    estimate, plan = folding
    counted = {"lut": estimate.lut, "bram36": estimate.bram18 / 2, "dsp": estimate.dsp}
    values = (f"{counted[name]:,.0f}" if name in counted else "" for name in titles(board))
    most = max(estimate.shares(board).items(), key=lambda item: item[1])
    found.add_row(
        name, "FINN, no FIFOs", *_pace(estimate.cycles, board), *values,
        f"{mac_lanes(plan.graph):,}",
        f"{most[0]} {most[1]:.0%}",
    )  # fmt: skip
    found.add_row("", "us, FIFOs included", *_plan(plan, board))


def _cells_or_none(plan: Plan | None, board: Board) -> list[str]:
    return ["none fits"] if plan is None else _plan(plan, board)


def _plan(plan: Plan, board: Board) -> list[str]:
    values = [f"{getattr(plan.resources, key):,.0f}" for key in titles(board)]
    values[2] = f"{plan.resources.bram36:,.1f}"
    share = shares(plan.resources, board)
    most = max(share, key=lambda key: share[key])
    limit = f"{NAMES[most]} {share[most]:.0%}"
    return [*_pace(plan.interval, board), *values, f"{mac_lanes(plan.graph):,}", limit]


def _pace(cycles: int, board: Board) -> list[str]:
    return [f"{cycles:,}", f"{board.clock_hz / cycles:,.0f}"]


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(
        prog="python -m bitstream_flow.vendors.finn.compare", description=__doc__
    )
    parser.add_argument("--config", default="face-z1", help="network (default: %(default)s)")
    parser.add_argument("--board", default="Pynq-Z1", help="board (default: %(default)s)")
    parser.add_argument("--fps", type=float, default=DEFAULT_RATE, help="rate to fold for")
    args = parser.parse_args()
    contest = Contest.open(Build(args.config, load_board(args.board), args.fps))
    Console(width=150).print(table(contest))
    ours, theirs = contest.ours.fifo_resources, contest.folded(args.fps)[1]().fifo_resources
    print(
        f"FIFOs at {args.fps:g} frames/s, by our analysis: {ours.bram36:g} BRAM36 and"
        f" {ours.lut:,.0f} LUT with our folding, {theirs.bram36:g} and {theirs.lut:,.0f} with"
        f" FINN's; FINN's estimate leaves out FIFOs, forks, additions, concats, pools and DMA."
        f" SetFolding took {contest.seconds:.1f} s"
    )


if __name__ == "__main__":
    run_command(main)
