# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Saturating addition."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hls.common.errors import InputError
from hls.operators.add_clip import AddClip
from hls.streams.tensor import TensorType
from tests.hls.operators.lint import check_clean, check_refused
from tests.hls.operators.operator_check import check_operator, needs_simulation

CASES = [
    AddClip(TensorType(3, 5, 6, 4, True), 4, True, 3),
    AddClip(TensorType(3, 5, 6, 4, True), 8, True, 1),
    AddClip(TensorType(3, 5, 4, 3, True), 2, False, 2),
    AddClip(TensorType(3, 5, 4, 3), 3, True, 4),
    AddClip(TensorType(1, 1, 1, 1), 1, False),
    AddClip(TensorType(1, 7, 2, 32, True), 32, True, 2),
]


@needs_simulation
@pytest.mark.parametrize("op", CASES, ids=lambda op: f"{op.tensor.bits}to{op.bits}x{op.lanes}")
def test_rtl(op: AddClip) -> None:
    check_clean(op)
    check_operator(op)


@given(st.integers(-8, 7), st.integers(-8, 7))
def test_reference(a: int, b: int) -> None:
    op = AddClip(TensorType(1, 1, 1, 4, True), 4, True)
    frames = (np.full((1, 1, 1, 1), value, np.int32) for value in (a, b))
    assert op.reference(*frames)[0].item() == min(max(a + b, -8), 7)


def test_illegal_types() -> None:
    with pytest.raises(InputError, match="0 bits"):
        AddClip(TensorType(1, 1, 1, 4), 0, False)
    with pytest.raises(InputError, match="lanes"):
        AddClip(TensorType(1, 1, 4, 4), 4, False, 3)


@needs_simulation
def test_illegal_types_in_rtl() -> None:
    check_refused(CASES[0], {"OUT_BITS": 33}, "IN_BITS and OUT_BITS must be 1 to 32")
