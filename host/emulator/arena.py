# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Places for tensors in one stretch of memory; a place is used again once its tensor is read."""

from __future__ import annotations

from collections.abc import Sequence

_LINE = 64


def place(sizes: Sequence[int], lives: Sequence[tuple[int, int]]) -> tuple[list[int], int]:
    """Offsets of buffers of `sizes` bytes, each in use from its first to its last step, and
    the bytes of all: the largest first, each at the lowest place that is free all its life."""
    offsets, taken = [0] * len(sizes), list[int]()
    for index in sorted(range(len(sizes)), key=lambda i: -sizes[i]):
        first, last = lives[index]
        at = 0
        others = (i for i in taken if lives[i][0] <= last and first <= lives[i][1])
        for other in sorted(others, key=lambda i: offsets[i]):
            if at + sizes[index] <= offsets[other]:
                break
            end = offsets[other] + sizes[other]
            at = max(at, -(-end // _LINE) * _LINE)
        offsets[index] = at
        taken.append(index)
    return offsets, max((o + s for o, s in zip(offsets, sizes, strict=True)), default=0)
