# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Concatenation."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hls.common.errors import InputError
from hls.operators.concat import Concat
from hls.streams.tensor import TensorType
from tests.hls.operators.lint import check_clean, check_refused
from tests.hls.operators.operator_check import check_operator, needs_simulation

KIND = TensorType(3, 5, 6, 3, True)


def _concat(channels: tuple[int, ...], lanes: int, kind: TensorType = KIND) -> Concat:
    return Concat(tuple(replace(kind, channels=count) for count in channels), lanes)


CASES = [
    _concat((8, 4, 4), 2),
    _concat((3, 3), 3),
    _concat((1, 5), 1, TensorType(1, 1, 1, 1)),
    _concat((2, 4, 2, 6, 2, 2, 10, 2), 2),
]


@needs_simulation
@pytest.mark.parametrize("op", CASES, ids=lambda op: "-".join(map(str, op.folds)))
def test_rtl(op: Concat) -> None:
    check_clean(op)
    check_operator(op)


@pytest.mark.parametrize(
    ("tensors", "lanes", "message"),
    [
        ((KIND,), 1, "1 inputs, but 2 to 8"),
        ((KIND,) * 9, 1, "9 inputs"),
        ((KIND, replace(KIND, bits=4)), 1, "differ in more than their channels"),
        ((KIND, replace(KIND, width=4)), 1, "differ"),
        ((KIND, replace(KIND, channels=4)), 3, "3 lanes do not divide 4"),
    ],
)
def test_illegal_inputs(tensors: tuple[TensorType, ...], lanes: int, message: str) -> None:
    with pytest.raises(InputError, match=message):
        Concat(tensors, lanes)


@needs_simulation
@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"INPUTS": 9}, "INPUTS must be 2 to 8"),
        ({"INPUTS": 2}, "just the first INPUTS"),
        ({"FOLDS_1": 0}, "just the first INPUTS"),
    ],
)
def test_illegal_inputs_in_rtl(change: dict[str, int], message: str) -> None:
    check_refused(CASES[0], change, message)
