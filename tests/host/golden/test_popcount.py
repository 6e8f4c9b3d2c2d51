# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Counting bits, with numpy's own instruction and without."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from host.golden import popcount

NATIVE = pytest.param(
    popcount.sum_ones,
    marks=pytest.mark.skipif(not hasattr(np, "bitwise_count"), reason="numpy before 2"),
)


def _agreements(weights: np.ndarray, words: np.ndarray, length: int) -> np.ndarray:
    """The same bit by bit; weights (W, R), words (P, W)."""
    ours, theirs = (
        np.unpackbits(np.ascontiguousarray(rows).view(np.uint8), axis=1)
        for rows in (weights.T, words)
    )
    different = (theirs[:, None] != ours).sum(axis=2)
    return length - different


@pytest.mark.parametrize("sum_ones", [NATIVE, popcount.sum_ones_by_adding])
@pytest.mark.parametrize("rows", [1, 5, 16, 40])
@pytest.mark.parametrize("size", [1, 2, 3, 4, 7])
def test_agreements(
    sum_ones: object, rows: int, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(popcount, "_sum_ones", sum_ones)
    monkeypatch.setattr(popcount, "_BLOCK_WORDS", 64)
    rng = np.random.default_rng(size)
    weights = rng.integers(0, 2**64, (size, rows), dtype=np.uint64)
    words = rng.integers(0, 2**64, (70, size), dtype=np.uint64)
    words[0], words[1] = weights[:, 0], ~weights[:, 0]
    got = popcount.count_agreements(weights, words, 64 * size)
    np.testing.assert_array_equal(got, _agreements(weights, words, 64 * size))
    assert got.dtype == np.int32 and got[0, 0] == 64 * size and got[1, 0] == 0


@pytest.mark.parametrize("sum_ones", [NATIVE, popcount.sum_ones_by_adding])
def test_the_widest_count(sum_ones: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(popcount, "_sum_ones", sum_ones)
    weights = np.zeros((1023, 2), np.uint64)
    words = np.stack([np.zeros(1023, np.uint64), ~np.zeros(1023, np.uint64)])
    got = popcount.count_agreements(weights, words, 1023 * 64)
    np.testing.assert_array_equal(got, [[1023 * 64] * 2, [0, 0]])


def test_threads_do_not_share_scratch_memory() -> None:
    rng = np.random.default_rng(0)
    weights = rng.integers(0, 2**64, (9, 64), dtype=np.uint64)
    several = [rng.integers(0, 2**64, (2000, 9), dtype=np.uint64) for _ in range(8)]
    expected = [popcount.count_agreements(weights, words, 576) for words in several]
    with ThreadPoolExecutor(4) as pool:
        got = list(pool.map(lambda words: popcount.count_agreements(weights, words, 576), several))
    np.testing.assert_array_equal(got, expected)
