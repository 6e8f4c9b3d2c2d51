# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hls.common.errors import InputError
from hls.operators.operator import Constants
from hls.operators.xnor_mvu import XnorMvu
from hls.simulate.rtl import simulate_operator
from hls.streams.tensor import TensorType
from tests.hls.operators.lint import check_clean, check_refused
from tests.hls.operators.operator_check import check_operator, needs_simulation

CASES = [
    XnorMvu(TensorType(3, 2, 27, 1), 6, pe=2, simd=9),
    XnorMvu(TensorType(1, 3, 36, 1), 5, pe=5, simd=36),
    XnorMvu(TensorType(2, 2, 130, 1), 3, pe=1, simd=65),
    XnorMvu(TensorType(1, 1, 7, 1), 4),
    XnorMvu(TensorType(2, 3, 48, 1), 6, pe=3, simd=16, block_ram=1),
    XnorMvu(TensorType(2, 4, 27, 1), 6, pe=2, simd=9, mmv=2),
    XnorMvu(TensorType(2, 4, 12, 1), 6, pe=1, simd=4, mmv=4, block_ram=1),
    XnorMvu(TensorType(2, 6, 36, 1), 8, pe=8, simd=9, mmv=3),
    XnorMvu(TensorType(1, 4, 5, 1), 2, pe=2, simd=5, mmv=2),
    XnorMvu(TensorType(3, 2, 70, 1), 4, pe=2, simd=35, mmv=2),
]


def weights(op: XnorMvu, seed: int = 0) -> Constants:
    return op.random_constants(np.random.default_rng(seed))


@needs_simulation
@pytest.mark.parametrize("op", CASES, ids=str)
def test_rtl_equals_the_reference(op: XnorMvu) -> None:
    check_clean(op)
    check_operator(op, weights(op))


@needs_simulation
def test_rtl_counts_all_and_none() -> None:
    """All lanes alike and none: the popcount's largest and smallest result."""
    op = CASES[1]
    ones = np.ones((op.out_channels, op.tensor.channels), np.uint8)
    frames = np.concatenate([np.ones((1, *op.tensor.shape)), np.zeros((2, *op.tensor.shape))])
    run = simulate_operator(op, [frames.astype(np.int32)], {"weights": ones})
    assert run.outputs[0].reshape(3, -1)[:, 0].tolist() == [36, 0, 0]


@given(st.integers(1, 70), st.integers(1, 4), st.integers(0, 2**32 - 1))
def test_twice_the_popcount_less_k_is_the_dot_product(k: int, out: int, seed: int) -> None:
    op = XnorMvu(TensorType(1, 2, k, 1), out)
    image = np.random.default_rng(seed).integers(0, 2, (1, 1, 2, k)).astype(np.int32)
    constants = weights(op, seed + 1)
    (count,) = op.reference(image, constants=constants)
    dot = (2 * image - 1) @ (2 * constants["weights"].astype(np.int32) - 1).T
    assert (2 * count - k == dot).all()
    op.outputs[0].tensor.check(count)


def test_weight_memory_order() -> None:
    op = XnorMvu(TensorType(1, 1, 6, 1), 4, pe=2, simd=3)
    constants = weights(op)
    (memory,) = op.memories(constants)
    assert memory.width_bits == 6 and len(memory.words) == 4
    for fold_out, fold_in, p, s in np.ndindex(2, 2, 2, 3):
        bit = memory.words[fold_out * 2 + fold_in] >> (p * 3 + s) & 1
        assert bit == constants["weights"][fold_out * 2 + p, fold_in * 3 + s]


def test_illegal_parameters() -> None:
    tensor = TensorType(2, 2, 6, 1)
    with pytest.raises(InputError, match="binary"):
        XnorMvu(TensorType(2, 2, 6, 2), 4)
    with pytest.raises(InputError, match="pe 3"):
        XnorMvu(tensor, 4, pe=3)
    with pytest.raises(InputError, match="simd 4"):
        XnorMvu(tensor, 4, simd=4)
    with pytest.raises(InputError, match="weights"):
        XnorMvu(tensor, 4).memories({"weights": np.zeros((4, 5), np.uint8)})


@needs_simulation
@pytest.mark.parametrize(
    ("change", "message"),
    [({"SIMD": 4}, "divide CHANNELS"), ({"PE": 4}, "divide OUT_"), ({"OUT_BITS": 4}, "OUT_BITS")],
)
def test_rtl_refuses(change: dict[str, int], message: str) -> None:
    check_refused(CASES[0], change, message)
