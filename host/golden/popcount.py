# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Binary products: many +-1 weights a machine word, XOR and count instead of multiply and add."""

from __future__ import annotations

import threading
from typing import Literal, NamedTuple

import numpy as np

# Words of one block of work: its scratch memory (12 bytes per word) stays in a CPU's second cache.
_BLOCK_WORDS = 1 << 15
# So many words have at most 192 ones together, which a byte holds, and 12 in each four bits.
_GROUP = 3
# From this many rows on, numpy's innermost loop is better along them than along the pixels.
_LONG = 16

_PAIRS = np.uint64(0x5555555555555555)
_NIBBLES = np.uint64(0x3333333333333333)
_BYTES = np.uint64(0x0F0F0F0F0F0F0F0F)
_ONES = np.uint64(0x0101010101010101)


class Scratch(NamedTuple):
    """Arrays (pixels, rows) for intermediate results."""

    words: np.ndarray
    high: np.ndarray
    fields: np.ndarray
    total: np.ndarray
    ones: np.ndarray
    sum: np.ndarray


class _Memory(threading.local):
    """One thread's scratch memory: fresh pages each time would cost a quarter of the speed."""

    def __init__(self) -> None:
        self.flat = [np.empty(0, kind) for kind in (*3 * [np.uint64], np.uint16, *2 * [np.uint8])]

    def scratch(self, pixels: int, rows: int) -> Scratch:
        """Its arrays for `pixels` pixels, laid out for numpy's innermost loop."""
        size = pixels * rows
        if self.flat[0].size < size:
            self.flat = [np.empty(size, array.dtype) for array in self.flat]
        order: Literal["C", "F"] = "C" if rows >= _LONG else "F"
        return Scratch(*(array[:size].reshape((pixels, rows), order=order) for array in self.flat))


_memory = _Memory()


def sum_ones(weights: np.ndarray, words: np.ndarray, scratch: Scratch) -> np.ndarray:
    """Bits that differ between weights (G, R) and words (P, G), G <= 3: (P, R), in the scratch."""
    into = scratch.sum
    for ours, theirs in zip(weights, words.T, strict=True):
        np.bitwise_xor(ours, theirs[:, None], out=scratch.words)
        np.bitwise_count(scratch.words, out=into)
        if into is scratch.ones:
            np.add(scratch.sum, scratch.ones, out=scratch.sum)
        into = scratch.ones
    return scratch.sum


def sum_ones_by_adding(weights: np.ndarray, words: np.ndarray, scratch: Scratch) -> np.ndarray:
    """The same for numpy before 2, which has no instruction for it: adds ever wider fields."""
    now, high, fields = scratch.words, scratch.high, scratch.fields
    fields[...] = 0
    for ours, theirs in zip(weights, words.T, strict=True):
        np.bitwise_xor(ours, theirs[:, None], out=now)
        np.right_shift(now, np.uint64(1), out=high)
        high &= _PAIRS
        now -= high
        np.right_shift(now, np.uint64(2), out=high)
        high &= _NIBBLES
        now &= _NIBBLES
        fields += high
        fields += now
    np.right_shift(fields, np.uint64(4), out=high)
    high &= _BYTES
    fields &= _BYTES
    fields += high
    fields *= _ONES
    np.right_shift(fields, np.uint64(56), out=scratch.sum, casting="unsafe")
    return scratch.sum


_sum_ones = sum_ones if hasattr(np, "bitwise_count") else sum_ones_by_adding


def count_agreements(weights: np.ndarray, words: np.ndarray, length: int) -> np.ndarray:
    """Weights (W, R) and words (P, W) -> bits that agree in each pair of rows, int32 (P, R).

    `length` bits per row count; those that fill the last word must be 0 in both. At most
    1023 words, so that a count fits 16 bits.
    """
    pixels, rows = len(words), weights.shape[1]
    step = max(1, _BLOCK_WORDS // rows)
    result = np.empty((pixels, rows), np.int32)
    for start in range(0, pixels, step):
        block = words[start : start + step]
        scratch = _memory.scratch(len(block), rows)
        left = scratch.total
        left[...] = length
        for word in range(0, len(weights), _GROUP):
            group = slice(word, word + _GROUP)
            left -= _sum_ones(weights[group], block[:, group], scratch)
        result[start : start + step] = left
    return result
