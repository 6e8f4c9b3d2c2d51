# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""From a picture to the network's input.

A square (centre x, y, side) maps to the network's S x S input so that its edges become the input's:
u = (x - cx + side/2) S/side - 1/2.
"""

from __future__ import annotations

import cv2
import numpy as np


def square_to_input(box: np.ndarray, size: int) -> np.ndarray:
    """2 x 3 affine matrix from picture pixels to the input that shows `box` (cx, cy, side)."""
    centre_x, centre_y, side = (float(v) for v in box)
    zoom = size / side
    corner = np.array([centre_x, centre_y]) - side / 2
    return np.array([[zoom, 0, -corner[0] * zoom - 0.5], [0, zoom, -corner[1] * zoom - 0.5]])


def transform(points: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """Points (..., 2) through a 2 x 3 affine matrix."""
    return points @ matrix[:, :2].T + matrix[:, 2]


def cut(image: np.ndarray, matrix: np.ndarray, size: int) -> np.ndarray:
    """The S x S network input that `matrix` shows; outside the picture is black."""
    return cv2.warpAffine(image, matrix, (size, size), flags=cv2.INTER_LINEAR)
