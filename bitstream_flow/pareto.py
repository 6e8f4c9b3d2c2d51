# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""How wide and how fast: `python -m bitstream_flow.pareto --config face-z1 --board Pynq-Z1`.

For each width of the residual stream the highest frame rate that fits inside the board, and what
binds there. Widths scale the narrower first blocks along. Every figure is predicted, as in `fit`.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace

from rich.console import Console
from rich.table import Table

from bitstream_flow.boards.board import Board, load_board
from bitstream_flow.frontend.from_config import network_graph
from bitstream_flow.plan.budget import NAMES, fastest, scarcest, shares, titles
from bitstream_flow.plan.mac_lanes import mac_lanes, utilisation
from bitstream_flow.plan.planner import Plan, Planner
from hls.common.errors import run_command
from hls.operators.matrix_vector import MatrixVector
from model.config import NetworkConfig, load_config

WIDTHS = (48, 64, 96, 128, 160)


def scaled(network: NetworkConfig, width: int) -> NetworkConfig:
    """The network with another width; the first blocks keep their share of it."""
    high = width * network.high_width // network.width
    return replace(network, width=width, high_width=high)


def best(network: NetworkConfig, board: Board) -> Plan | None:
    """The fastest plan that fits; None where none does."""
    planner = Planner(network_graph("network", network), board.budget)
    return fastest(planner, board)


def report(name: str, network: NetworkConfig, board: Board, widths: Sequence[int]) -> Table:
    """One row a width."""
    table = Table(title=f"{name} on {board.name} ({board.part}) by width: predicted")
    for title in (
        "width", "weights, Kib", "frames/s", *titles(board).values(), "scarcest", "lanes",
        "at work", "LUT per lane",
    ):  # fmt: skip
        table.add_column(title, justify="right")
    for width in widths:
        one = scaled(network, width)
        plan = best(one, board)
        table.add_row(str(width), *(_cells(plan, board) if plan else ["", "does not fit"]))
    return table


def _cells(plan: Plan, board: Board) -> list[str]:
    share, count = shares(plan.resources, board), mac_lanes(plan.graph)
    name = scarcest(share)
    return [
        f"{_weight_bits(plan) / 1024:,.0f}",
        f"{board.clock_hz / plan.interval:,.0f}",
        *(f"{share[key]:.0%}" for key in titles(board)),
        f"{NAMES[name]} {share[name]:.0%}",
        str(count),
        f"{utilisation(plan.graph, plan.interval):.0%}",
        f"{plan.resources.lut / count:.2f}",
    ]


def _weight_bits(plan: Plan) -> int:
    ops = (node.op for node in plan.graph.nodes)
    return sum(
        op.tensor.channels * op.out_channels * op.bits_per_weight
        for op in ops
        if isinstance(op, MatrixVector)
    )


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(prog="python -m bitstream_flow.pareto", description=__doc__)
    parser.add_argument("--config", default="face-z1", help="network (default: %(default)s)")
    parser.add_argument("--board", default="Pynq-Z1", help="board (default: %(default)s)")
    parser.add_argument("--widths", type=int, nargs="+", default=WIDTHS, help="residual widths")
    args = parser.parse_args()
    network, board = load_config(args.config).network, load_board(args.board)
    Console(width=120).print(report(args.config, network, board, args.widths))


if __name__ == "__main__":
    run_command(main)
