# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""The cost model of every operator against Yosys, within a stated bound, for typical shapes."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pytest

from bitstream_flow.synth.yosys import Unit, map_units
from hls.operators.add_clip import AddClip
from hls.operators.average_pool import AveragePool
from hls.operators.concat import Concat
from hls.operators.fifo import Fifo
from hls.operators.int_mvu import IntMvu
from hls.operators.landmark_decode import LandmarkDecode
from hls.operators.max_pool import MaxPool
from hls.operators.operator import Operator
from hls.operators.pad import Pad
from hls.operators.resources import Resources
from hls.operators.scale_clip import ScaleClip
from hls.operators.stream_fork import Fork
from hls.operators.threshold import Threshold
from hls.operators.upsample import Upsample
from hls.operators.width_converter import WidthConverter
from hls.operators.window import Window
from hls.operators.xnor_mvu import XnorMvu
from hls.streams.tensor import TensorType

BITS = TensorType(32, 32, 32, 1)
RESIDUAL = TensorType(32, 32, 32, 4, signed=True)
COUNTS = TensorType(32, 32, 32, 9)
HEATMAPS = TensorType(32, 32, 68, 16, signed=True)
GRID: dict[str, list[Operator]] = {
    "add_clip": [AddClip(RESIDUAL, 4, True, lanes) for lanes in (1, 4, 16)],
    "average_pool": [AveragePool(RESIDUAL, 2, lanes) for lanes in (1, 8, 32)],
    "concat": [
        Concat(tuple(TensorType(32, 32, n, 4, True) for n in (16, 8, 8)), lanes) for lanes in (2, 8)
    ],
    "fifo": [Fifo(RESIDUAL, 8, depth) for depth in (1, 2, 17, 130, 900)],
    "int_mvu": [
        IntMvu(TensorType(64, 64, 27, 8), 32, 4, 17, True, pe=4, simd=9),
        IntMvu(RESIDUAL, 68, 8, 17, True, pe=4, simd=4, block_ram=1),
    ],
    "landmark_decode": [LandmarkDecode(HEATMAPS, 100, 3, lanes) for lanes in (1, 4)],
    "max_pool": [MaxPool(RESIDUAL, 2, lanes) for lanes in (1, 8, 32)],
    "pad": [Pad(BITS, 1, 1, 1, 1, lanes=8), Pad(RESIDUAL, 3, 3, 2, 2, lanes=4)],
    "scale_clip": [ScaleClip(COUNTS, 4, 14, 22, 14, lanes) for lanes in (1, 4)],
    "stream_fork": [Fork(RESIDUAL, 2, 1), Fork(RESIDUAL, 3, 8)],
    "threshold": [
        Threshold(COUNTS, 1, False, True, 4), Threshold(COUNTS, 4, True, False, 2),
    ],
    "upsample": [Upsample(RESIDUAL, 2, lanes) for lanes in (1, 8)],
    "width_converter": [WidthConverter(RESIDUAL, *lanes) for lanes in ((4, 16), (16, 4))],
    "window": [
        Window(BITS, 3, 1, 1, 1, 1, 1, lanes=8), Window(BITS, 3, 1, 1, 1, 1, 1, lanes=32, mmv=2),
    ],
    "xnor_mvu": [
        XnorMvu(TensorType(32, 32, 9 * simd, 1), 4 * pe, pe, simd, mmv, block_ram)
        for pe, simd, mmv, block_ram in ((2, 16, 1, 0), (8, 32, 1, 1), (16, 64, 2, 1))
    ],
}  # fmt: skip


class Bound(NamedTuple):
    """How far the estimate may be from what Yosys finds, as a share of that."""

    lut: float
    ff: float


# LUTs and flip-flops that an estimate may be off beyond its share, for the smallest shapes.
FEW = 6
# Registers that Yosys moves into DSP slices count in the estimate of int_mvu, and the pipeline
# behind the tables of threshold does not; block RAM and DSP slices have to be exact everywhere.
BOUNDS = {
    "add_clip": Bound(0.1, 0),
    "average_pool": Bound(0.15, 0.1),
    "concat": Bound(0.1, 0),
    "fifo": Bound(0.1, 0.1),
    "int_mvu": Bound(0.25, 0.6),
    "landmark_decode": Bound(0.15, 0.1),
    "max_pool": Bound(0.1, 0.1),
    "pad": Bound(0.1, 0),
    "scale_clip": Bound(0.2, 0.15),
    "stream_fork": Bound(0, 0),
    "threshold": Bound(0.2, 0.6),
    "upsample": Bound(0.1, 0.1),
    "width_converter": Bound(0.1, 0),
    "window": Bound(0.15, 0.1),
    "xnor_mvu": Bound(0.2, 0.25),
}


def units_of(name: str) -> list[Unit]:
    """The shapes of an operator with random constants."""
    found = []
    for index, op in enumerate(GRID[name]):
        constants = op.random_constants(np.random.default_rng(0))
        found.append(Unit(f"{name} {index}", op, op.memories(constants)))
    return found


@pytest.fixture(scope="module")
def mapped(request: pytest.FixtureRequest) -> dict[str, Resources]:
    """What the selected tests ask, by unit: many in one run of Yosys share its start-up."""
    tests = (
        item for item in request.session.items if "mapped" in getattr(item, "fixturenames", ())
    )
    names = [test.callspec.params["name"] for test in tests]
    return map_units([unit for name in names for unit in units_of(name)], "xc7")


@pytest.mark.slow
@pytest.mark.parametrize("name", GRID)
def test_the_estimate_is_near_what_yosys_finds(name: str, mapped: dict[str, Resources]) -> None:
    for unit in units_of(name):
        found, guess = mapped[unit.name], unit.op.resources()
        for kind, share in BOUNDS[name]._asdict().items():
            off = abs(getattr(guess, kind) - getattr(found, kind))
            assert off <= share * getattr(found, kind) + FEW, (unit.op, kind, found, guess)
        assert (guess.bram36, guess.dsp) == (found.bram36, found.dsp), (unit.op, found, guess)
