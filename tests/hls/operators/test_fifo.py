# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""FIFO."""

from __future__ import annotations

import numpy as np
import pytest

from hls.common.errors import InputError
from hls.operators.fifo import Fifo
from hls.simulate.rtl import DeadlockError, simulate_operator
from hls.streams.tensor import TensorType
from tests.hls.operators.lint import check_clean, check_refused
from tests.hls.operators.operator_check import check_operator, needs_simulation, random_frames

KIND = TensorType(9, 7, 6, 3, True)
# Registers, distributed RAM of powers of two and others, block RAM.
CASES = [
    Fifo(KIND, 2, 1),
    Fifo(TensorType(1, 1, 1, 1), 1, 1),
    Fifo(TensorType(1, 1, 1, 1), 1, 2),
    Fifo(KIND, 2, 3),
    Fifo(KIND, 3, 17),
    Fifo(KIND, 1, 130),
    Fifo(TensorType(9, 7, 9, 32, True), 9, 150),
    Fifo(TensorType(3, 1, 600, 5), 300, 2),
    Fifo(TensorType(9, 7, 9, 32, True), 9, 150, ultra_ram=1),
]


@needs_simulation
@pytest.mark.parametrize(
    "op", CASES, ids=lambda op: f"{op.inputs[0].width_bits}x{op.depth}" + "u" * op.ultra_ram
)
def test_rtl(op: Fifo) -> None:
    check_clean(op)
    check_operator(op)
    _check_capacity(op)


def _check_capacity(op: Fifo) -> None:
    """It takes `depth` beats and no more while nobody reads."""
    frames = random_frames(op.tensor, -(-op.depth // op.cycles) + 1, np.random.default_rng(0))
    with pytest.raises(DeadlockError) as error:
        simulate_operator(op, [frames], stall=(0.0, 1.0), idle_limit=20)
    (state,) = error.value.fifos
    assert state.fill == state.max_fill == state.depth == op.depth
    assert state.in_valid and not state.out_ready


@needs_simulation
def test_wires() -> None:
    op = Fifo(KIND, 2, 0)
    check_clean(op)
    frames = random_frames(op.tensor, 3, np.random.default_rng(0))
    run = simulate_operator(op, [frames], stall=0.3)
    np.testing.assert_array_equal(run.outputs[0], frames)


def test_depth_below_zero() -> None:
    with pytest.raises(InputError, match="depth -1, but it must not be negative"):
        Fifo(KIND, depth=-1)


@needs_simulation
def test_depth_below_zero_in_rtl() -> None:
    check_refused(Fifo(KIND), {"DEPTH": -1}, "DEPTH must not be negative")


def test_ultra_ram_for_a_few_beats() -> None:
    with pytest.raises(InputError, match="150 beats of 6 bits are too few for UltraRAM"):
        Fifo(KIND, 2, 150, ultra_ram=1)


@needs_simulation
def test_ultra_ram_for_a_few_beats_in_rtl() -> None:
    check_refused(Fifo(KIND, 2, 150), {"ULTRA_RAM": 1}, "ULTRA_RAM is for what would be block RAM")
