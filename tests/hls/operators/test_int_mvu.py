# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
from __future__ import annotations

import numpy as np
import pytest

from hls.common.errors import InputError
from hls.operators.int_mvu import IntMvu
from hls.operators.operator import Constants
from hls.simulate.rtl import simulate_operator
from hls.streams.tensor import TensorType
from tests.hls.operators.lint import check_clean, check_refused
from tests.hls.operators.operator_check import check_operator, needs_simulation

CASES = [
    IntMvu(TensorType(2, 3, 27, 8), 4, weight_bits=4, out_bits=17, pe=2, simd=9),
    IntMvu(TensorType(3, 2, 12, 4, signed=True), 5, weight_bits=8, out_bits=16, simd=3),
    IntMvu(TensorType(1, 2, 5, 3, signed=True), 3, weight_bits=2, out_bits=7, pe=3, simd=5),
    IntMvu(TensorType(2, 2, 8, 4, signed=True), 8, weight_bits=8, out_bits=14, pe=4, simd=4),
    IntMvu(TensorType(2, 1, 6, 14), 4, weight_bits=6, out_bits=23, pe=2, simd=2),
    IntMvu(TensorType(2, 3, 6, 4, signed=True), 6, 8, out_bits=14, pe=6, simd=1, block_ram=1),
    IntMvu(TensorType(3, 2, 9, 8), 4, weight_bits=4, out_bits=16, pe=2, simd=1),
]


def weights(op: IntMvu, seed: int = 0) -> Constants:
    return op.random_constants(np.random.default_rng(seed))


@needs_simulation
@pytest.mark.parametrize("op", CASES, ids=str)
def test_rtl_equals_the_reference(op: IntMvu) -> None:
    check_clean(op)
    check_operator(op, weights(op))


@needs_simulation
def test_rtl_reaches_both_ends() -> None:
    """The largest weights on the largest inputs, of either sign, in both places of a chain."""
    op = CASES[0]
    assert op.packs
    rows = np.array([-7, 7, 7, -7], np.int32)
    matrix = rows[:, None].repeat(27, axis=1)
    run = simulate_operator(
        op, [np.full((3, *op.tensor.shape), 255, np.int32)], {"weights": matrix}
    )
    assert (run.outputs[0] == rows * 27 * 255).all()


def test_sums_share_a_chain_where_they_fit() -> None:
    assert [op.packs for op in CASES] == [True, False, False, True, False, True, True]


def test_reference_is_the_dot_product() -> None:
    op = CASES[1]
    image = np.random.default_rng(2).integers(-8, 8, (2, *op.tensor.shape)).astype(np.int32)
    constants = weights(op)
    (out,) = op.reference(image, constants=constants)
    for n, y, x, c in np.ndindex(out.shape):
        pairs = zip(image[n, y, x].tolist(), constants["weights"][c].tolist(), strict=True)
        assert out[n, y, x, c] == sum(a * b for a, b in pairs)


def test_illegal_parameters_and_weights() -> None:
    tensor = TensorType(2, 2, 6, 4, signed=True)
    with pytest.raises(InputError, match="pe 3"):
        IntMvu(tensor, 4, 4, 12, pe=3)
    with pytest.raises(InputError, match="simd 4"):
        IntMvu(tensor, 4, 4, 12, simd=4)
    with pytest.raises(InputError, match="1 weight bits"):
        IntMvu(tensor, 4, 1, 12)
    with pytest.raises(InputError, match=r"weight 8 is beyond -7\.\.7"):
        IntMvu(tensor, 4, 4, 12).memories({"weights": np.full((4, 6), 8, np.int32)})
    with pytest.raises(InputError, match="overflow"):
        IntMvu(tensor, 4, 4, 9).memories({"weights": np.full((4, 6), -7, np.int32)})


@needs_simulation
@pytest.mark.parametrize(
    ("change", "message"),
    [({"SIMD": 4}, "divide CHANNELS"), ({"PE": 3}, "divide OUT_"), ({"WEIGHT_BITS": 1}, "2 to 16")],
)
def test_rtl_refuses(change: dict[str, int], message: str) -> None:
    check_refused(CASES[0], change, message)
