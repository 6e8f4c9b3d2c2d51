# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Resources by mapping alone, for a network that is not trained or too large to simulate.

`python -m bitstream_flow.map_plan --config face-kv260 --board KV260 --fps 400`: the plan that `fit`
makes, every operator mapped by Yosys with random weights and thresholds, beside its prediction.
The frame rate stays a prediction.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from dataclasses import replace

import numpy as np
from rich.console import Console
from rich.table import Table

from bitstream_flow.artifacts.build import DEFAULT_RATE
from bitstream_flow.boards.board import Board, load_board
from bitstream_flow.frontend.from_config import network_graph
from bitstream_flow.plan.budget import shares, titles, verdict
from bitstream_flow.plan.folding import Target
from bitstream_flow.plan.mac_lanes import mac_lanes
from bitstream_flow.plan.planner import Plan, Planner
from bitstream_flow.synth.yosys import map_units, units
from hls.common.errors import run_command
from hls.graph.graph import Graph
from hls.operators.resources import Resources
from model.config import load_config


def with_random_constants(graph: Graph, seed: int = 0) -> Graph:
    """The graph with constants as trained ones might be: Yosys shrinks memories of zeros."""
    rng = np.random.default_rng(seed)
    nodes = tuple(replace(n, constants=n.op.random_constants(rng)) for n in graph.nodes)
    return replace(graph, nodes=nodes)


def map_plan(plan: Plan, board: Board) -> dict[str, tuple[Resources, Resources]]:
    """Kind of operator -> (mapped, predicted)."""
    wanted = units(replace(plan.chip, graph=with_random_constants(plan.graph)))
    mapped = map_units(wanted, board.family)
    found: dict[str, tuple[Resources, Resources]] = defaultdict(lambda: (Resources(), Resources()))
    for unit in wanted:
        before = found[unit.op.module]
        found[unit.op.module] = (
            before[0] + mapped[unit.name],
            before[1] + unit.op.resources(),
        )
    return dict(found)


def report(
    name: str, board: Board, plan: Plan, found: dict[str, tuple[Resources, Resources]]
) -> Table:
    """One row per kind of operator, mapped and predicted, and the shares of the part."""
    table = Table(title=f"{name} on {board.name} ({board.part}): mapped / predicted")
    for title in ("operator", *titles(board).values()):
        table.add_column(title, justify="left" if title == "operator" else "right")
    names = titles(board)
    total = (
        sum((pair[0] for pair in found.values()), Resources()),
        sum((pair[1] for pair in found.values()), Resources()),
    )
    for kind, pair in [*sorted(found.items()), ("in all", total)]:
        cells = (f"{getattr(pair[0], r):,g} / {getattr(pair[1], r):,.0f}" for r in names)
        table.add_row(kind, *cells)
    share = [shares(one, board) for one in total]
    table.add_row("of the part", *(f"{share[0][r]:.1%} / {share[1][r]:.1%}" for r in names))
    table.caption = f"{total[0].lut / mac_lanes(plan.graph):.2f} LUT per lane all in (mapped)"
    return table


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(prog="python -m bitstream_flow.map_plan", description=__doc__)
    parser.add_argument("--config", default="face-kv260", help="network (default: %(default)s)")
    parser.add_argument("--board", default="KV260", help="board (default: %(default)s)")
    parser.add_argument("--fps", type=float, default=DEFAULT_RATE, help="frame rate to plan for")
    args = parser.parse_args()
    board = load_board(args.board)
    graph = network_graph(args.config, load_config(args.config).network)
    plan = Planner(graph, board.budget).plan(Target.from_rate(args.fps, board.clock_hz))
    console = Console(width=100)
    console.print(f"predicted: {verdict(plan, board)}", highlight=False)
    console.print(report(args.config, board, plan, map_plan(plan, board)))


if __name__ == "__main__":
    run_command(main)
