# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
from __future__ import annotations

import numpy as np
import pytest

from hls.common.errors import InputError
from hls.operators.upsample import Upsample
from hls.streams.tensor import TensorType
from tests.hls.operators.lint import check_clean, check_refused
from tests.hls.operators.operator_check import check_operator, needs_simulation

CASES = [
    Upsample(TensorType(3, 5, 6, 4, signed=True), lanes=3),
    Upsample(TensorType(1, 1, 3, 1), factor=3, lanes=3),
    Upsample(TensorType(2, 3, 2, 4)),
]


@needs_simulation
@pytest.mark.parametrize("op", CASES, ids=str)
def test_rtl_equals_the_reference(op: Upsample) -> None:
    check_clean(op)
    check_operator(op)


def test_reference_repeats_each_pixel() -> None:
    op = Upsample(TensorType(3, 4, 2, 8), factor=3)
    image = np.arange(24, dtype=np.int32).reshape(1, 3, 4, 2)
    (out,) = op.reference(image)
    for y, x in np.ndindex(9, 12):
        assert (out[0, y, x] == image[0, y // 3, x // 3]).all()


def test_illegal_parameters() -> None:
    with pytest.raises(InputError, match="factor 1"):
        Upsample(TensorType(2, 2, 2, 4), factor=1)
    with pytest.raises(InputError, match="do not divide"):
        Upsample(TensorType(2, 2, 6, 4), lanes=4)


@needs_simulation
@pytest.mark.parametrize(
    ("change", "message"),
    [({"LANES": 4}, "divide CHANNELS"), ({"FACTOR": 1}, "at least 2"), ({"DEPTH": 9}, "a row")],
)
def test_rtl_refuses(change: dict[str, int], message: str) -> None:
    check_refused(CASES[0], change, message)
