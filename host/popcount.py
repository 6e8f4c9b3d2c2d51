# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Binary products: many +-1 weights a machine word, XOR and count instead of multiply and add."""

from __future__ import annotations

import numpy as np

# Words of one block of work: its scratch memory (8 bytes a word) stays in a CPU's second cache.
_BLOCK_WORDS = 1 << 14

_PAIRS = np.uint64(0x5555555555555555)
_NIBBLES = np.uint64(0x3333333333333333)
_BYTES = np.uint64(0x0F0F0F0F0F0F0F0F)
_ONES = np.uint64(0x0101010101010101)


def count_bits_by_adding(words: np.ndarray) -> np.ndarray:
    """Ones in each uint64 by adding ever wider fields; for numpy before 2, and destroys `words`."""
    words -= (words >> np.uint64(1)) & _PAIRS
    high = (words >> np.uint64(2)) & _NIBBLES
    words &= _NIBBLES
    words += high
    words += words >> np.uint64(4)
    words &= _BYTES
    words *= _ONES
    words >>= np.uint64(56)
    return words


_count_bits = getattr(np, "bitwise_count", count_bits_by_adding)


def to_words(rows: np.ndarray) -> np.ndarray:
    """Bytes (R, B) -> uint64 (ceil(B / 8), R), word-major; the last word is filled with zeros."""
    padded = np.zeros((len(rows), -(-rows.shape[1] // 8) * 8), np.uint8)
    padded[:, : rows.shape[1]] = rows
    return np.ascontiguousarray(padded.view(np.uint64).T)


def count_differences(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Words (W, R) and (W, P) -> bits that differ between row r and row p, uint16 (R, P).

    At most 1023 words, so that the count fits.
    """
    total = np.zeros((left.shape[1], right.shape[1]), np.uint16)
    step = max(1, _BLOCK_WORDS // len(total))
    for start in range(0, total.shape[1], step):
        block = slice(start, start + step)
        for ours, theirs in zip(left, right[:, block], strict=True):
            total[:, block] += _count_bits(ours[:, None] ^ theirs).astype(np.uint16)
    return total
