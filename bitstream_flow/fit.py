# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Does it fit, and how fast? `python -m bitstream_flow.fit --config face-z1 --board Pynq-Z1`.

In seconds, from the configuration alone: no weights, no FINN, no synthesis. Every figure is
predicted, by the cost models that the mapping is compared with (`make bench`).
"""

from __future__ import annotations

import argparse
from collections import Counter

from rich.console import Console
from rich.table import Table

from bitstream_flow.boards.board import Board, load_board
from bitstream_flow.plan.budget import check_budget, fastest, shares, titles, verdict
from bitstream_flow.plan.folding import Target
from bitstream_flow.plan.planner import Plan, Planner
from hls.common.errors import run_command
from hls.operators.resources import Resources


def report(name: str, board: Board, plan: Plan) -> Table:
    """A table of the plan: operators by kind, totals, shares and the binding resource."""
    table = Table(title=f"{name} on {board.name} ({board.part}): predicted")
    for title in ("operator", "count", "cycles", *titles(board).values()):
        table.add_column(title, justify="left" if title == "operator" else "right")
    count, cycles = Counter[str](), Counter[str]()
    kinds: dict[str, Resources] = {}
    for node in plan.graph.nodes:
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
