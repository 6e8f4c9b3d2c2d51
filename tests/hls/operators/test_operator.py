# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""What the operator base gives, and what every operator of the library must keep to."""

from __future__ import annotations

import doctest
import re
from dataclasses import fields
from math import inf

import pytest

from hls.common.errors import InputError
from hls.operators import operator
from hls.operators.add_clip import AddClip
from hls.operators.concat import Concat
from hls.operators.max_pool import MaxPool
from hls.operators.operator import LIBRARY, PARTS, Memory, Operator, divisors
from hls.operators.registry import OPERATORS, operator_class
from hls.operators.resources import Resources
from hls.operators.xnor_mvu import XnorMvu
from hls.streams.tensor import TensorType

KINDS = pytest.mark.parametrize("kind", OPERATORS.values(), ids=OPERATORS)


def test_resources_add_up() -> None:
    total = Resources(1, 2, 0.5, 1) + Resources(lut=10, bram36=1)
    assert total == Resources(11, 2, 1.5, 1) and total - total == Resources()


def test_shares_of_a_part_leave_out_what_it_lacks_unless_that_is_used() -> None:
    part = Resources(lut=10, ff=20, bram36=4, dsp=2)
    assert Resources(lut=5).shares(part) == {"lut": 0.5, "ff": 0, "bram36": 0, "dsp": 0}
    assert Resources(uram=1).shares(part)["uram"] == inf


def test_memory_text() -> None:
    assert Memory("F", (0, 5, 31), 5).text() == "00\n05\n1f\n"
    assert Memory("F", (1,), 1).text() == "1\n"


@KINDS
def test_sources_lie_beside_the_specification(kind: type[Operator]) -> None:
    for source in kind.rtl_sources():
        assert source.parent == (LIBRARY if source.stem == kind.module else PARTS)
        assert re.search(rf"^module {source.stem} ", source.read_text(), re.MULTILINE)


@KINDS
def test_folding_comes_last_and_has_defaults(kind: type[Operator]) -> None:
    names = [field.name for field in fields(kind)]
    assert tuple(names[-len(kind.fold_fields) :]) == kind.fold_fields
    defaults = {field.name: field.default for field in fields(kind)}
    assert all(defaults[name] in (0, 1, 2) for name in kind.fold_fields)


def test_divisors() -> None:
    assert divisors(12) == [1, 2, 3, 4, 6, 12]


def test_parameters_are_the_operators_own_or_those_of_its_tensors() -> None:
    op = AddClip(TensorType(2, 3, 4, 5, signed=True), bits=3, signed=False, lanes=2)
    wanted = {"IN_BITS": 5, "IN_SIGNED": 1, "OUT_BITS": 3, "OUT_SIGNED": 0, "LANES": 2}
    assert list(op.parameters().items()) == list(wanted.items())
    unit = XnorMvu(TensorType(1, 2, 9, 1), 6, pe=3, simd=9)
    found = unit.parameters()
    assert [found[name] for name in ("CHANNELS", "OUT_CHANNELS", "OUT_BITS", "PE")] == [9, 6, 4, 3]


def test_the_cpp_is_told_the_beats_of_a_frame_where_the_parameters_do_not_tell() -> None:
    tensor = TensorType(4, 6, 4, 5)
    assert next(iter(AddClip(tensor, 5, False).cpp_arguments().items())) == ("BEATS", 96)
    assert MaxPool(tensor).cpp_arguments() == MaxPool(tensor).parameters()


def test_choices_of_lanes_divide_every_input() -> None:
    tensors = tuple(TensorType(2, 2, channels, 4) for channels in (12, 18))
    assert Concat(tensors).fold_choices() == {"lanes": [1, 2, 3, 6]}


def test_a_matrix_unit_reads_at_most_a_pixel_of_its_window() -> None:
    op = XnorMvu(TensorType(2, 4, 36, 1), 2)
    alone = {"pe": [1, 2], "simd": divisors(36), "mmv": [1], "block_ram": (0, 1)}
    assert op.fold_choices() == alone
    assert op.fold_choices(4) == {**alone, "simd": [1, 2, 4], "mmv": [1, 2, 4]}
    assert tuple(alone) == op.fold_fields


def test_a_popcount_has_a_narrower_range_than_its_type() -> None:
    assert XnorMvu(TensorType(1, 1, 9, 1), 2).output_range == (0, 9)
    assert AddClip(TensorType(1, 1, 2, 4, True), 4, True).output_range == (-8, 7)


def test_an_unknown_operator() -> None:
    with pytest.raises(InputError, match="unknown operator 'conv'"):
        operator_class("conv")


def test_the_examples_in_the_docstrings() -> None:
    result = doctest.testmod(operator)
    assert result.attempted >= 12 and result.failed == 0
