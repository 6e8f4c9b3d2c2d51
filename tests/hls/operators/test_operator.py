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
from hls.operators.operator import LIBRARY, PARTS, Memory, Operator
from hls.operators.registry import OPERATORS, operator_class
from hls.operators.resources import Resources

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


def test_an_unknown_operator() -> None:
    with pytest.raises(InputError, match="unknown operator 'conv'"):
        operator_class("conv")


def test_the_examples_in_the_docstrings() -> None:
    result = doctest.testmod(operator)
    assert result.attempted >= 12 and result.failed == 0
