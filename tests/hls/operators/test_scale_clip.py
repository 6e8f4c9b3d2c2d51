# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Multiply, add, shift and clip."""

from __future__ import annotations

import numpy as np
import pytest

from hls.common.errors import InputError
from hls.operators.operator import Constants
from hls.operators.scale_clip import ScaleClip
from hls.streams.tensor import TensorType
from tests.hls.operators.lint import check_clean, check_refused
from tests.hls.operators.operator_check import check_operator, needs_simulation

CASES = [
    ScaleClip(TensorType(3, 4, 6, 9), 4, gain_bits=10, offset_bits=18, shift=9, lanes=2),
    ScaleClip(TensorType(2, 2, 5, 10, True), 4, gain_bits=18, offset_bits=28, shift=20),
    ScaleClip(TensorType(1, 1, 1, 1), 2, gain_bits=3, offset_bits=4, shift=0),
    ScaleClip(TensorType(2, 3, 4, 4, True), 8, gain_bits=6, offset_bits=20, shift=5, lanes=4),
]


def scales(op: ScaleClip, seed: int = 0) -> Constants:
    """Gains of both signs and offsets for which few results and many clip."""
    random = np.random.default_rng(seed)
    span = 1 << (op.gain_bits - 1)
    gain = random.integers(-span, span, op.tensor.channels)
    reach = min(1 << (op.offset_bits - 1), 1 << (op.shift + op.bits))
    return {"gain": gain, "offset": random.integers(-reach, reach, op.tensor.channels)}


@needs_simulation
@pytest.mark.parametrize("op", CASES, ids=str)
def test_rtl_equals_the_reference(op: ScaleClip) -> None:
    check_clean(op)
    check_operator(op, scales(op))


def test_both_ends_clip_and_halves_round_down() -> None:
    op = ScaleClip(TensorType(1, 7, 1, 6, True), 3, gain_bits=4, offset_bits=4, shift=1)
    values = np.array([-30, -5, -1, 0, 1, 2, 31], np.int32).reshape(1, 1, 7, 1)
    (out,) = op.reference(values, constants={"gain": np.array([3]), "offset": np.array([-1])})
    assert out.ravel().tolist() == [-4, -4, -2, -1, 1, 2, 3]


def test_illegal_parameters() -> None:
    tensor = TensorType(2, 2, 6, 9)
    with pytest.raises(InputError, match="output bits"):
        ScaleClip(tensor, 1, 8, 8, 2)
    with pytest.raises(InputError, match="multiplies 24 by 18"):
        ScaleClip(tensor, 4, 19, 8, 2)
    with pytest.raises(InputError, match="shift 30"):
        ScaleClip(tensor, 4, 8, 8, 30)
    op = ScaleClip(tensor, 4, 8, 8, 2)
    with pytest.raises(InputError, match="gain 128 does not fit"):
        op.memories({"gain": np.full(6, 128), "offset": np.zeros(6, np.int64)})


@needs_simulation
@pytest.mark.parametrize(
    ("change", "message"),
    [({"LANES": 4}, "divide CHANNELS"), ({"OUT_BITS": 1}, "2 to 8"), ({"SHIFT": 30}, "SHIFT")],
)
def test_rtl_refuses(change: dict[str, int], message: str) -> None:
    check_refused(CASES[0], change, message)
