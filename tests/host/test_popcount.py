# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Counting bits, with numpy's own instruction and without."""

from __future__ import annotations

import numpy as np
import pytest

from host import popcount


def _slow(words: np.ndarray) -> np.ndarray:
    return np.vectorize(lambda word: bin(int(word)).count("1"))(words)


def test_counting_by_adding() -> None:
    words = np.random.default_rng(0).integers(0, 2**64, 1000, dtype=np.uint64)
    words[:2] = 0, 2**64 - 1
    expected = _slow(words)
    np.testing.assert_array_equal(popcount.count_bits_by_adding(words.copy()), expected)


@pytest.mark.parametrize("old_numpy", [False, True])
@pytest.mark.parametrize("size", [1, 8, 9, 31])
def test_differences_of_rows(old_numpy: bool, size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    if old_numpy:
        monkeypatch.setattr(popcount, "_count_bits", popcount.count_bits_by_adding)
    monkeypatch.setattr(popcount, "_BLOCK_WORDS", 64)
    rng = np.random.default_rng(size)
    left, right = (rng.integers(0, 256, (rows, size), dtype=np.uint8) for rows in (5, 70))
    got = popcount.count_differences(popcount.to_words(left), popcount.to_words(right))
    expected = np.unpackbits(left[:, None] ^ right, axis=-1).sum(axis=-1)
    np.testing.assert_array_equal(got, expected)
