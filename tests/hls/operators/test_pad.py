# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Padding."""

from __future__ import annotations

import pytest

from hls.common.errors import InputError
from hls.operators.pad import Pad
from hls.streams.tensor import TensorType
from tests.hls.operators.lint import check_clean, check_refused
from tests.hls.operators.operator_check import check_operator, needs_simulation

KIND = TensorType(3, 5, 6, 3, True)
CASES = [
    Pad(KIND, 1, 1, 1, 1, 0, 2),
    Pad(KIND, 0, 2, 3, 1, -4, 6),
    Pad(TensorType(1, 1, 5, 1), 1, 1, 1, 1, 0, 5),
    Pad(TensorType(1, 1, 1, 8), 0, 0, 0, 1, 255),
    Pad(TensorType(2, 2, 3, 2), 0, 0, 0, 0, 3),
]


@needs_simulation
@pytest.mark.parametrize("op", CASES, ids=lambda op: f"{op.outputs[0].tensor.shape}{op.value}")
def test_rtl(op: Pad) -> None:
    check_clean(op)
    check_operator(op)


def test_the_border_above_a_frame_needs_nothing() -> None:
    op = Pad(TensorType(1, 1, 2, 1), 1, 1, 0, 1)
    assert op.needs()[:, 0].tolist() == [0] * 8 + [1, 2, 2, 2]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"top": -1}, "no side may be negative"),
        ({"value": 4}, "value 4 is outside -4..3"),
        ({"lanes": 4}, "4 lanes do not divide 6"),
    ],
)
def test_illegal_parameters(values: dict[str, int], message: str) -> None:
    legal = {"top": 1, "left": 1, "bottom": 1, "right": 1}
    with pytest.raises(InputError, match=message):
        Pad(KIND, **{**legal, **values})


@needs_simulation
@pytest.mark.parametrize(
    ("change", "message"),
    [({"LANES": 4}, "LANES must divide CHANNELS"), ({"LEFT": -1}, "must not be negative")],
)
def test_illegal_parameters_in_rtl(change: dict[str, int], message: str) -> None:
    check_refused(CASES[0], change, message)
