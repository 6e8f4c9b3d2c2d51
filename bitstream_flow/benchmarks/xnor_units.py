# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""What a binary lane costs: XNOR-popcount units of many shapes, mapped by Yosys.

`python -m bitstream_flow.benchmarks.xnor_units`: LUT per lane of the whole unit (weights, popcount,
accumulators, replay buffer, control), what the cost model says, and how far that is off.
"""

from __future__ import annotations

import argparse

import numpy as np
from rich.console import Console
from rich.table import Table

from bitstream_flow.synth.yosys import Unit, map_units
from hls.common.errors import run_command
from hls.operators.resources import Resources
from hls.operators.xnor_mvu import XnorMvu
from hls.streams.tensor import TensorType

# (pe, simd, mmv, block_ram) of a 3x3 convolution of 32 x 32 pixels, nine beats and four folds.
SHAPES = (
    (2, 16, 1, 0), (4, 16, 1, 1), (8, 32, 1, 0), (8, 32, 1, 1), (16, 64, 1, 1), (16, 64, 2, 1),
    (16, 64, 4, 1), (32, 72, 1, 1), (32, 128, 1, 1), (32, 128, 4, 1),
)  # fmt: skip


def unit(pe: int, simd: int, mmv: int, block_ram: int) -> Unit:
    """A unit of the grid with random weights."""
    op = XnorMvu(TensorType(32, 32, 9 * simd, 1), 4 * pe, pe, simd, mmv, block_ram)
    memories = op.memories(op.random_constants(np.random.default_rng(0)))
    return Unit(f"{pe} x {simd}, {mmv}, {block_ram}", op, memories)


def report(units: list[Unit], mapped: dict[str, Resources]) -> Table:
    """One row per unit."""
    table = Table(title="XNOR-popcount units on the xc7, mapped by Yosys, all in")
    for title in (
        "pe x simd", "pixels per word", "weights in", "LUT", "FF", "BRAM36", "LUT per lane",
        "predicted", "error",
    ):  # fmt: skip
        table.add_column(title, justify="right")
    for one in units:
        op, found = one.op, mapped[one.name]
        assert isinstance(op, XnorMvu)
        lanes, predicted = op.pe * op.simd, op.resources()
        table.add_row(
            f"{op.pe} x {op.simd}", str(op.mmv), "BRAM" if op.block_ram else "LUT",
            f"{found.lut:g}", f"{found.ff:g}", f"{found.bram36:g}", f"{found.lut / lanes:.2f}",
            f"{predicted.lut / lanes:.2f}", f"{predicted.lut / found.lut - 1:+.1%}",
        )  # fmt: skip
    return table


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(
        prog="python -m bitstream_flow.benchmarks.xnor_units", description=__doc__
    )
    parser.add_argument("--family", default="xc7", help="Yosys' name (default: %(default)s)")
    args = parser.parse_args()
    units = [unit(*shape) for shape in SHAPES]
    Console(width=110).print(report(units, map_units(units, args.family)))


if __name__ == "__main__":
    run_command(main)
