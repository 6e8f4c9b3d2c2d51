# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""The square of a face's box as a peer sees it, and its landmarks back in units of the box."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from model.data.dataset import Dataset
from model.data.geometry import cut, square_to_input


@dataclass(frozen=True)
class Square:
    """So many times the box's side, and moved down by a share of it."""

    zoom: float
    down: float = 0.0

    def picture(self, image: np.ndarray, box: np.ndarray, size: int) -> np.ndarray:
        """The square as a picture (size, size, 3); outside the image is black."""
        x, y, side = (float(value) for value in box)
        square = np.array([x, y + self.down * side, self.zoom * side])
        return cut(image, square_to_input(square, size), size)

    def in_box(self, points: np.ndarray, size: int) -> np.ndarray:
        """Points (..., 2) in such a picture's pixels -> units of the box."""
        return ((points + 0.5) / size - 0.5) * self.zoom + [0.0, self.down]

    def in_picture(self, points: np.ndarray, size: int) -> np.ndarray:
        """Points (..., 2) in units of the box -> such a picture's pixels."""
        return ((points - [0.0, self.down]) / self.zoom + 0.5) * size - 0.5


def labels_in_box(dataset: Dataset) -> np.ndarray:
    """The truth (N, K, 2) in units of the box."""
    centre, side = dataset.box[:, None, :2], dataset.box[:, None, 2:]
    return (dataset.landmarks - centre).astype(np.float64) / side


def in_pictures(points: np.ndarray, dataset: Dataset) -> np.ndarray:
    """Points (N, K, 2) in units of the box -> pixels of the data set's pictures."""
    return points * dataset.box[:, None, 2:] + dataset.box[:, None, :2]


def norms_in_box(dataset: Dataset) -> np.ndarray:
    """The normalisers (N,) in units of the box."""
    return dataset.norm / dataset.box[:, 2]


def jittered(dataset: Dataset, seed: int = 0) -> Dataset:
    """The data set with boxes as a detector might give them: up to 10 % larger or smaller and up to
    4 % of the side aside, which is what test images have."""
    random = np.random.default_rng(seed)
    box = dataset.box.astype(np.float64)
    box[:, :2] += random.uniform(-0.04, 0.04, (len(box), 2)) * box[:, 2:]
    box[:, 2] *= random.uniform(0.9, 1.1, len(box))
    return replace(dataset, box=box)
