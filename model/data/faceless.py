# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Squares that show no face, so that a low score comes to mean "no face".

From a picture with 68 landmarks: squares that hold at most a tenth of the face's rectangle,
enlarged by a quarter. From a picture of a body (14 joints): squares that keep clear of the head, a
circle about the middle of neck and head top whose radius is their distance. Sides are 0.3 to 1.3 of
the face's box, or 0.12 to 0.7 of a body's. A picture that leaves no room for such a square, or a
body whose head is hidden, has none.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from hls.common.errors import InputError
from model.data.dataset import Dataset
from model.data.geometry import cut, square_to_input

NECK, HEAD_TOP = 12, 13
FACE_SHARE, FACE_MARGIN = 0.1, 1.25
_TRIES = 40


def faceless_square(dataset: Dataset, index: int, random: np.random.Generator) -> np.ndarray | None:
    """A square (centre x, y, side) of image `index` without a face; None where it has no room."""
    points, visible = dataset.landmarks[index], dataset.visible[index]
    height, width = dataset.images[index].shape[:2]
    box_side = float(dataset.box[index][2])
    if dataset.landmarks_count == 68:
        sides, clear = (0.3, 1.3), _clear_of_face
    elif dataset.landmarks_count == 14:
        sides, clear = (0.12, 0.7), _clear_of_head
    else:
        raise InputError(f"no faceless squares from {dataset.landmarks_count} landmarks: 68 or 14")
    if dataset.landmarks_count == 14 and not visible[[NECK, HEAD_TOP]].all():
        return None
    for _ in range(_TRIES):
        side = box_side * random.uniform(*sides)
        if side > min(width, height):
            continue
        centre = random.uniform((side / 2, side / 2), (width - side / 2, height - side / 2))
        square = np.array([*centre, side])
        if clear(square, points):
            return square
    return None


def _clear_of_face(square: np.ndarray, points: np.ndarray) -> bool:
    low, high = points.min(axis=0), points.max(axis=0)
    middle, half = (low + high) / 2, (high - low) / 2 * FACE_MARGIN
    left = np.maximum(square[:2] - square[2] / 2, middle - half)
    right = np.minimum(square[:2] + square[2] / 2, middle + half)
    shared = np.prod(np.clip(right - left, 0, None))
    return bool(shared <= FACE_SHARE * np.prod(2 * half))


def _clear_of_head(square: np.ndarray, points: np.ndarray) -> bool:
    neck, top = points[NECK], points[HEAD_TOP]
    radius = max(float(np.linalg.norm(top - neck)), 1.0)
    away = np.abs((neck + top) / 2 - square[:2]) - square[2] / 2
    return bool(np.linalg.norm(np.clip(away, 0, None)) >= radius)


def faceless_view(
    dataset: Dataset, index: int, size: int, random: np.random.Generator
) -> np.ndarray | None:
    """The S x S network input (uint8) that shows such a square."""
    square = faceless_square(dataset, index, random)
    if square is None:
        return None
    return cut(dataset.images[index], square_to_input(square, size), size)


def faceless_inputs(datasets: Sequence[Dataset], count: int, size: int, seed: int) -> np.ndarray:
    """`count` network inputs (count, S, S, 3) uint8 without a face, the same for a seed: equal
    shares of the data sets, each picture as often as any other of its set."""
    views: list[np.ndarray] = []
    for number, dataset in enumerate(datasets):
        wanted = count * (number + 1) // len(datasets)
        random = np.random.default_rng([seed, number])
        order = random.permutation(len(dataset)).tolist()
        for tried in range(20 * len(order)):
            if len(views) == wanted:
                break
            view = faceless_view(dataset, order[tried % len(order)], size, random)
            views += [] if view is None else [view]
        if len(views) < wanted:
            raise InputError(f"{count} squares without a face are more than the pictures have")
    return np.stack(views)
