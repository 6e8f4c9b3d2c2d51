# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
from __future__ import annotations

import numpy as np
import pytest

from hls.common.errors import InputError
from hls.operators.max_pool import MaxPool
from hls.streams.tensor import TensorType
from tests.hls.operators.lint import check_clean, check_refused
from tests.hls.operators.operator_check import check_operator, needs_simulation

CASES = [
    MaxPool(TensorType(7, 5, 6, 4, signed=True), lanes=3),
    MaxPool(TensorType(7, 7, 3, 1), size=3, lanes=3),
    # Every beat changes the word that the one before it has just changed.
    MaxPool(TensorType(4, 2, 3, 5), lanes=3),
    MaxPool(TensorType(2, 2, 4, 5), lanes=2),
]


@needs_simulation
@pytest.mark.parametrize("op", CASES, ids=str)
def test_rtl_equals_the_reference(op: MaxPool) -> None:
    check_clean(op)
    check_operator(op)


def test_reference_drops_odd_edges() -> None:
    op = MaxPool(TensorType(5, 7, 2, 4, signed=True), size=2)
    image = np.random.default_rng(1).integers(-8, 8, (2, 5, 7, 2)).astype(np.int32)
    (out,) = op.reference(image)
    assert out.shape == (2, 2, 3, 2)
    for y, x in np.ndindex(2, 3):
        window = image[:, 2 * y : 2 * y + 2, 2 * x : 2 * x + 2]
        assert (out[:, y, x] == window.max(axis=(1, 2))).all()


def test_illegal_parameters() -> None:
    tensor = TensorType(4, 2, 6, 4)
    with pytest.raises(InputError, match="size 1"):
        MaxPool(tensor, size=1)
    with pytest.raises(InputError, match="do not fit"):
        MaxPool(tensor, size=3)
    with pytest.raises(InputError, match="do not divide"):
        MaxPool(tensor, lanes=4)


@needs_simulation
@pytest.mark.parametrize(
    ("change", "message"), [({"LANES": 4}, "divide CHANNELS"), ({"SIZE": 6}, "fit in HEIGHT")]
)
def test_rtl_refuses(change: dict[str, int], message: str) -> None:
    check_refused(CASES[0], change, message)
