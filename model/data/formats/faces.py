# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Boxes, normalisers and yaw bins of the face data sets, as in the authors' test code."""

from __future__ import annotations

from typing import Any

import numpy as np

YAW_BINS = {"yaw 0-30": (-1, 30), "yaw 30-60": (30, 60), "yaw 60-90": (60, 90)}


def rectangles(points: Any) -> np.ndarray:
    """Points (N, K, 2) -> x, y, width and height (N, 4) of what they span."""
    points = np.asarray(points, np.float64)
    corner = points.min(axis=1)
    return np.concatenate([corner, points.max(axis=1) - corner], axis=1)


def squares(rectangle: np.ndarray) -> np.ndarray:
    """Square to cut round each rectangle: its centre, and the authors' side of 1.05 (w + h)."""
    x, y, width, height = rectangle.T
    return np.stack([x + width / 2, y + height / 2, 1.05 * (width + height)], axis=1)


def sizes(rectangle: np.ndarray) -> np.ndarray:
    """The authors' face normaliser sqrt(w h)."""
    return np.sqrt(rectangle[:, 2] * rectangle[:, 3])


def yaw_bins(degrees: Any) -> dict[str, np.ndarray]:
    """The three subsets by |yaw|; a yaw beyond 90 degrees, or NaN, is in none."""
    size = np.abs(np.asarray(degrees, np.float64))
    return {name: (size > low) & (size <= high) for name, (low, high) in YAW_BINS.items()}
