# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""The landmark decoder against one that searches pixel by pixel."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from hls.landmark_decode import decode, to_image


def _search(heatmap: np.ndarray) -> tuple[int, int, int]:
    height, width = heatmap.shape
    best, at = None, (0, 0)
    for y in range(height):
        for x in range(width):
            if best is None or heatmap[y, x] > best:
                best, at = int(heatmap[y, x]), (y, x)
    y, x = at

    def step(before: int, after: int) -> int:
        return (after > before) - (after < before)

    dx = step(int(heatmap[y, x - 1]), int(heatmap[y, x + 1])) if 0 < x < width - 1 else 0
    dy = step(int(heatmap[y - 1, x]), int(heatmap[y + 1, x])) if 0 < y < height - 1 else 0
    return 4 * x + dx, 4 * y + dy, best or 0


@given(
    st.integers(1, 5), st.integers(1, 5), st.integers(1, 3), st.integers(1, 9), st.integers(0, 99)
)
def test_against_a_search(height: int, width: int, points: int, high: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    heatmaps = random.integers(-high, high + 1, (2, height, width, points)).astype(np.int32)
    quarter, scores = decode(heatmaps)
    assert quarter.dtype == scores.dtype == np.int32
    for n in range(2):
        for k in range(points):
            x, y, score = _search(heatmaps[n, :, :, k])
            assert (*quarter[n, k], scores[n, k]) == (x, y, score)


def test_small_integer_types_do_not_overflow() -> None:
    heatmap = np.array([-128, 127, 127], np.int8).reshape(1, 1, 3, 1)
    assert decode(heatmap)[0].tolist() == [[[5, 0]]]


def test_heatmap_pixels_are_centred_on_blocks_of_image_pixels() -> None:
    assert to_image(np.array([[0, 4]]), 4).tolist() == [[1.5, 5.5]]
    assert to_image(np.array([[1, -1]]), 1).tolist() == [[0.25, -0.25]]
