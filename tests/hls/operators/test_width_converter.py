# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Width converter."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hls.common.errors import InputError
from hls.operators.width_converter import WidthConverter
from hls.streams.tensor import TensorType
from tests.hls.operators.lint import check_clean, check_refused
from tests.hls.operators.operator_check import check_operator, needs_simulation

KIND = TensorType(3, 5, 12, 3, True)
CASES = [
    WidthConverter(KIND, 2, 6),
    WidthConverter(KIND, 12, 3),
    WidthConverter(KIND, 1, 12),
    WidthConverter(KIND, 4, 4),
    WidthConverter(TensorType(1, 1, 35, 1), 35, 1),
    WidthConverter(TensorType(1, 1, 10, 7), 5, 10),
]


@needs_simulation
@pytest.mark.parametrize("op", CASES, ids=lambda op: f"{op.in_lanes}to{op.out_lanes}")
def test_rtl(op: WidthConverter) -> None:
    check_clean(op)
    check_operator(op)


@given(st.integers(1, 4), st.integers(1, 4), st.integers(1, 4), st.booleans())
def test_an_output_beat_needs_the_beat_with_its_last_channel(
    narrow: int, ratio: int, pixels: int, gather: bool
) -> None:
    lanes = (narrow, narrow * ratio) if gather else (narrow * ratio, narrow)
    op = WidthConverter(TensorType(1, pixels, narrow * ratio, 2), *lanes)
    position = np.arange(pixels * narrow * ratio)
    in_beat, out_beat = position // op.in_lanes, position // op.out_lanes
    last = [in_beat[out_beat == beat].max() + 1 for beat in range(op.outputs[0].beats)]
    assert op.needs()[:, 0].tolist() == last


@pytest.mark.parametrize(
    ("lanes", "message"), [((4, 6), "neither of 4 and 6"), ((5, 1), "5 lanes")]
)
def test_illegal_lanes(lanes: tuple[int, int], message: str) -> None:
    with pytest.raises(InputError, match=message):
        WidthConverter(KIND, *lanes)


@needs_simulation
def test_illegal_lanes_in_rtl() -> None:
    check_refused(CASES[0], {"IN_LANES": 4, "OUT_LANES": 6}, "must divide the other")
