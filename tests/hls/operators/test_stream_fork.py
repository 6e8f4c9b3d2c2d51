# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Fork."""

from __future__ import annotations

import pytest

from hls.common.errors import InputError
from hls.operators.stream_fork import Fork
from hls.streams.tensor import TensorType
from tests.hls.operators.lint import check_clean, check_refused
from tests.hls.operators.operator_check import check_operator, needs_simulation

KIND = TensorType(3, 5, 6, 3, True)
CASES = [Fork(TensorType(1, 1, 1, 1), 2), Fork(KIND, 3, 2), Fork(KIND, 5, 6)]


@needs_simulation
@pytest.mark.parametrize("op", CASES, ids=lambda op: f"{op.copies}x{op.inputs[0].width_bits}")
def test_rtl(op: Fork) -> None:
    check_clean(op)
    check_operator(op)


def test_one_copy_is_no_fork() -> None:
    with pytest.raises(InputError, match="1 copies, but it must make at least 2"):
        Fork(KIND, 1)


@needs_simulation
def test_one_copy_is_no_fork_in_rtl() -> None:
    check_refused(Fork(KIND, 2), {"COPIES": 1}, "COPIES must be at least 2")
