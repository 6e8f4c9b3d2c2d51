# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Heatmaps to landmarks, all in integers: arg-max of each heatmap and a quarter-pixel step.

Bulat & Tzimiropoulos' test procedure; the operator that does it on the chip is LandmarkDecode.
"""

from __future__ import annotations

import numpy as np


def decode(heatmaps: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Heatmaps (N, H, W, K) -> (quarter pixels (N, K, 2) int32 as x, y; scores (N, K) int32).

    The first maximum in raster order counts; the step goes towards the larger of the two
    neighbours, and is 0 where they are equal or one is missing.
    """
    frames, height, width, landmarks = heatmaps.shape
    flat = heatmaps.reshape(frames, height * width, landmarks)
    best = flat.argmax(axis=1)
    y, x = np.divmod(best, width)
    n, k = np.ogrid[:frames, :landmarks]

    def step(dy: int, dx: int, position: np.ndarray, size: int) -> np.ndarray:
        inside = (position > 0) & (position < size - 1)
        above = heatmaps[n, np.minimum(y + dy, height - 1), np.minimum(x + dx, width - 1), k]
        below = heatmaps[n, np.maximum(y - dy, 0), np.maximum(x - dx, 0), k]
        return np.where(inside, np.sign(above.astype(np.int64) - below), 0)

    quarter = np.stack([4 * x + step(0, 1, x, width), 4 * y + step(1, 0, y, height)], axis=2)
    scores = np.take_along_axis(flat, best[:, None], axis=1)[:, 0]
    return quarter.astype(np.int32), scores.astype(np.int32)


def to_image(quarter: np.ndarray, stride: int) -> np.ndarray:
    """Quarter heatmap pixels -> input pixels (float64, integer pixel centres)."""
    return (quarter.astype(np.float64) / 4 + 0.5) * stride - 0.5
