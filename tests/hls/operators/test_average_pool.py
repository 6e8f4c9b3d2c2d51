# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
from __future__ import annotations

import numpy as np
import pytest

from hls.common.errors import InputError
from hls.operators.average_pool import AveragePool
from hls.streams.tensor import TensorType
from tests.hls.operators.lint import check_clean, check_refused
from tests.hls.operators.operator_check import check_operator, needs_simulation

CASES = [
    AveragePool(TensorType(7, 5, 6, 4, signed=True), lanes=3),
    AveragePool(TensorType(9, 8, 3, 2), size=4, lanes=3),
    AveragePool(TensorType(4, 6, 4, 1), lanes=2),
    # Every beat changes the sum that the one before it has just changed.
    AveragePool(TensorType(4, 2, 3, 5), lanes=3),
    AveragePool(TensorType(2, 2, 4, 8, signed=True), lanes=1),
]


@needs_simulation
@pytest.mark.parametrize("op", CASES, ids=str)
def test_rtl_equals_the_reference(op: AveragePool) -> None:
    check_clean(op)
    check_operator(op)


def test_negative_means_round_down() -> None:
    op = AveragePool(TensorType(2, 10, 1, 4, signed=True))
    tops = [[-1, 0], [-1, -1], [-3, 0], [1, 0], [-8, -8]]
    image = np.zeros((1, 2, 10, 1), np.int32)
    image[0, 0, :, 0], image[0, 1, 8:, 0] = np.ravel(tops), -8
    (out,) = op.reference(image)
    assert out.ravel().tolist() == [-1, -1, -1, 0, -8]


def test_reference_is_the_floor_of_the_mean_and_drops_odd_edges() -> None:
    op = AveragePool(TensorType(5, 7, 2, 31, signed=True))
    ends = np.array([op.tensor.low, op.tensor.low + 1, -1, 0, op.tensor.high], np.int32)
    image = np.random.default_rng(1).choice(ends, (2, 5, 7, 2))
    (out,) = op.reference(image)
    assert out.shape == (2, 2, 3, 2) and out.dtype == np.int32
    for frame, y, x, channel in np.ndindex(out.shape):
        window = image[frame, 2 * y : 2 * y + 2, 2 * x : 2 * x + 2, channel]
        assert out[frame, y, x, channel] == sum(window.ravel().tolist()) // 4


def test_illegal_parameters() -> None:
    tensor = TensorType(4, 4, 6, 4)
    with pytest.raises(InputError, match="average_pool: size 1 must be at least 2"):
        AveragePool(tensor, size=1)
    with pytest.raises(InputError, match="average_pool: size 3 must be a power of two"):
        AveragePool(tensor, size=3)
    with pytest.raises(InputError, match="average_pool: 8x8 windows do not fit"):
        AveragePool(tensor, size=8)
    with pytest.raises(InputError, match="do not divide"):
        AveragePool(tensor, lanes=4)


@needs_simulation
@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"LANES": 4}, "divide CHANNELS"),
        ({"SIZE": 8}, "fit in HEIGHT"),
        ({"SIZE": 3}, "a power of two"),
    ],
)
def test_rtl_refuses(change: dict[str, int], message: str) -> None:
    check_refused(CASES[0], change, message)
