# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hls.common.errors import InputError
from hls.operators.operator import Constants
from hls.operators.threshold import Threshold
from hls.streams.tensor import TensorType
from tests.hls.operators.lint import check_clean, check_refused
from tests.hls.operators.operator_check import check_operator, needs_simulation

CASES = [
    Threshold(TensorType(3, 2, 6, 5), 1, signed=False, lanes=2),
    Threshold(TensorType(3, 2, 6, 5), 4, signed=True, flips=True, lanes=3),
    Threshold(TensorType(2, 2, 3, 4, signed=True), 2, signed=True, flips=True, lanes=3),
    Threshold(TensorType(2, 2, 3, 6, signed=True), 3, signed=False),
    Threshold(TensorType(1, 1, 5, 1), 2, signed=True, flips=True),
]


def tables(op: Threshold, seed: int = 0) -> Constants:
    """Random thresholds, some beyond both ends of what the operator compares."""
    rng = np.random.default_rng(seed)
    channels, count = op.tensor.channels, 2**op.bits - 1
    flip = rng.integers(0, 2, channels) * op.flips
    low = np.where(flip, ~op.tensor.high, op.tensor.low)[:, None] - 3
    high = np.where(flip, ~op.tensor.low, op.tensor.high)[:, None] + 4
    thresholds = np.sort(rng.integers(low, high, (channels, count)), axis=1)
    return {"thresholds": thresholds.astype(np.int32), "flip": flip.astype(np.uint8)}


@needs_simulation
@pytest.mark.parametrize("op", CASES, ids=str)
def test_rtl_equals_the_reference(op: Threshold) -> None:
    check_clean(op)
    check_operator(op, tables(op))


@needs_simulation
def test_rtl_saturates() -> None:
    """Thresholds that never count, always count, and sit at the ends of 32 bits."""
    op, far = CASES[1], 2**31 - 1
    thresholds = np.full((6, 15), -far - 1, np.int32)
    thresholds[:2], thresholds[2:4, 7:], thresholds[5] = far, far, np.linspace(-32, 31, 15)
    check_operator(op, {"thresholds": thresholds, "flip": np.array([0, 1, 0, 1, 1, 1], np.uint8)})


@given(
    st.booleans(), st.booleans(), st.integers(1, 5), st.integers(1, 3), st.integers(0, 2**32 - 1)
)
def test_any_monotone_function_has_thresholds(
    signed: bool, falling: bool, in_bits: int, bits: int, seed: int
) -> None:
    op = Threshold(TensorType(1, 1 << in_bits, 1, in_bits, signed), bits, True, falling)
    domain = np.arange(op.tensor.low, op.tensor.high + 1, dtype=np.int32)
    out = op.outputs[0].tensor
    values = np.sort(np.random.default_rng(seed).integers(out.low, out.high + 1, len(domain)))
    values = values[::-1] if falling else values
    compared = ~domain if falling else domain
    limits = [
        min(compared[values >= level], default=compared.max() + 1)
        for level in range(out.low + 1, out.high + 1)
    ]
    constants = {"thresholds": np.array([limits], np.int32), "flip": np.array([falling], np.uint8)}
    (result,) = op.reference(domain.reshape(op.tensor.shape)[None], constants=constants)
    assert (result.ravel() == values).all()


def test_sign_at_zero() -> None:
    op = Threshold(TensorType(1, 3, 1, 2, signed=True), 1, signed=False)
    constants = {"thresholds": np.zeros((1, 1), np.int32), "flip": np.zeros(1, np.uint8)}
    (bits,) = op.reference(np.array([-1, 0, 1], np.int32).reshape(1, 1, 3, 1), constants=constants)
    assert bits.ravel().tolist() == [0, 1, 1]


def test_illegal_parameters_and_tables() -> None:
    op = CASES[0]
    with pytest.raises(InputError, match="9 output bits"):
        Threshold(op.tensor, 9, signed=False)
    with pytest.raises(InputError, match="do not divide"):
        Threshold(op.tensor, 1, signed=False, lanes=4)
    good = tables(op)
    with pytest.raises(InputError, match="need"):
        op.memories({**good, "thresholds": good["thresholds"][:3]})
    with pytest.raises(InputError, match="flips"):
        op.memories({**good, "flip": np.ones(6, np.uint8)})
    wide = CASES[1]
    with pytest.raises(InputError, match="ascend"):
        wide.memories({**tables(wide), "thresholds": tables(wide)["thresholds"][:, ::-1]})


@needs_simulation
@pytest.mark.parametrize(
    ("change", "message"), [({"LANES": 4}, "divide CHANNELS"), ({"OUT_BITS": 9}, "1 to 8")]
)
def test_rtl_refuses(change: dict[str, int], message: str) -> None:
    check_refused(CASES[0], change, message)
