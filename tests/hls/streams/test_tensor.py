# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Tensor types and streams."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hls.common.errors import InputError
from hls.streams.tensor import Stream, TensorType, bits_for

RANGES = st.tuples(st.integers(-(2**20), 2**20), st.integers(0, 2**20))


@given(RANGES)
def test_bits_for_is_the_narrowest_type_that_fits(limits: tuple[int, int]) -> None:
    low, high = limits[0], limits[0] + limits[1]
    bits, signed = bits_for(low, high)
    kind = TensorType(1, 1, 1, bits, signed)
    assert kind.low <= low and high <= kind.high
    if bits > 1:
        narrower = TensorType(1, 1, 1, bits - 1, signed)
        assert low < narrower.low or narrower.high < high


@given(st.integers(1, 4), st.integers(1, 4), st.integers(1, 3), st.integers(1, 4))
def test_unpack_undoes_pack(height: int, width: int, folds: int, lanes: int) -> None:
    kind = TensorType(height, width, folds * lanes, 12)
    stream = Stream(kind, lanes)
    frames = np.arange(2 * height * width * kind.channels).reshape(2, *kind.shape)
    beats = stream.pack(frames)
    assert beats.shape == (2 * stream.beats, lanes)
    assert beats.ravel().tolist() == list(range(frames.size))
    np.testing.assert_array_equal(stream.unpack(beats), frames)


def test_ranges() -> None:
    assert (TensorType(1, 1, 1, 4, True).low, TensorType(1, 1, 1, 4, True).high) == (-8, 7)
    assert (TensorType(1, 1, 1, 1).low, TensorType(1, 1, 1, 1).high) == (0, 1)


@pytest.mark.parametrize("values", [(0, 1, 1, 1), (1, 1, 0, 1), (1, 1, 1, 0), (1, 1, 1, 33)])
def test_illegal_types(values: tuple[int, int, int, int]) -> None:
    with pytest.raises(InputError):
        TensorType(*values)


@pytest.mark.parametrize("lanes", [0, -2, 4, 12])
def test_lanes_that_do_not_divide(lanes: int) -> None:
    with pytest.raises(InputError, match="choose a divisor"):
        Stream(TensorType(1, 1, 6, 1), lanes)


def test_frames_are_checked() -> None:
    stream = Stream(TensorType(1, 2, 2, 3), 1)
    with pytest.raises(ValueError, match="expected frames"):
        stream.pack(np.zeros((1, 2, 2, 2)))
    with pytest.raises(ValueError, match=r"outside 0\.\.7"):
        stream.pack(np.full((1, 1, 2, 2), 8))
    with pytest.raises(ValueError, match="empty range"):
        bits_for(1, 0)
