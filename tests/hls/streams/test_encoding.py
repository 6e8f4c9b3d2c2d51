# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Beats as hexadecimal text."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hls.common.errors import InputError
from hls.streams.encoding import axis_bytes, from_hex, to_hex


@given(
    lanes=st.integers(1, 9),
    bits=st.integers(1, 32),
    signed=st.booleans(),
    count=st.integers(0, 5),
    seed=st.integers(0, 99),
)
def test_there_and_back(lanes: int, bits: int, signed: bool, count: int, seed: int) -> None:
    # An int32 holds 31 bits of an unsigned integer.
    bits = min(bits, 32 if signed else 31)
    low, high = (-(1 << (bits - 1)), 1 << (bits - 1)) if signed else (0, 1 << bits)
    beats = np.random.default_rng(seed).integers(low, high, (count, lanes)).astype(np.int32)
    text = to_hex(beats, bits)
    assert [len(line) for line in text.splitlines()] == [-(-lanes * bits // 4)] * count
    np.testing.assert_array_equal(from_hex(text, lanes, bits, signed), beats)


def test_the_lowest_channel_lies_in_the_lowest_bits() -> None:
    assert to_hex(np.array([[1, 2, -1]]), 4) == "f21\n"
    assert to_hex(np.array([[1, 0, 0, 0, 1]]), 1) == "11\n"


def test_padding_on_the_left_is_ignored() -> None:
    assert from_hex("ff2A\n0021\n", 2, 4, False).tolist() == [[10, 2], [1, 2]]


@pytest.mark.parametrize("text", ["12\n1\n", "1\n", "12", "1g\n", "xx\n"])
def test_other_text_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="beats"):
        from_hex(text, 2, 4, False)


@pytest.mark.parametrize(("bits", "wanted"), [(1, 1), (8, 1), (9, 2), (17, 4), (24, 4), (33, 8)])
def test_bytes_of_an_axi_beat(bits: int, wanted: int) -> None:
    assert axis_bytes(bits) == wanted
