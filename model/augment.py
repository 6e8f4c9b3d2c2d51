# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Augmentation: rotation, scale, shift, flip with left/right swap, colour; one warp in all."""

from __future__ import annotations

import numpy as np

from hls.common.errors import InputError
from model.config import DataConfig
from model.data import cut, square_to_input, transform

# iBUG order: jaw 0-16, brows 17-26, nose 27-35, eyes 36-47, mouth 48-67.
_FACE_PAIRS = (
    [(i, 16 - i) for i in range(8)]
    + [(17 + i, 26 - i) for i in range(5)]
    + [(31, 35), (32, 34)]
    + [(36, 45), (37, 44), (38, 43), (39, 42), (40, 47), (41, 46)]
    + [(48, 54), (49, 53), (50, 52), (55, 59), (56, 58), (60, 64), (61, 63), (65, 67)]
)
# LSP order: ankle, knee, hip and back down; wrist, elbow, shoulder and back down; neck, head top.
_POSE_PAIRS = [(i, 5 - i) for i in range(3)] + [(6 + i, 11 - i) for i in range(3)]
# MPII order: legs as in LSP; pelvis, thorax, neck, head top; arms.
_MPII_PAIRS = [(i, 5 - i) for i in range(3)] + [(10 + i, 15 - i) for i in range(3)]
# AFLW order: brows 0-5, eyes 6-11, ears and nose 12-16, mouth 17-19, chin 20.
_AFLW_PAIRS = [(i, 5 - i) for i in range(3)] + [(6 + i, 11 - i) for i in range(3)]
_AFLW_PAIRS += [(12, 16), (13, 15), (17, 19)]


def flip_table(landmarks: int) -> np.ndarray:
    """Where each landmark goes when left and right change places (an involution)."""
    tables = {68: _FACE_PAIRS, 14: _POSE_PAIRS, 16: _MPII_PAIRS, 21: _AFLW_PAIRS}
    pairs = tables.get(landmarks)
    if pairs is None:
        known = ", ".join(map(str, sorted(tables)))
        raise InputError(
            f"no left/right table for {landmarks} landmarks ({known} are known): set data.flip = 0"
            " and leave out the flip test"
        )
    table = np.arange(landmarks)
    for left, right in pairs:
        table[left], table[right] = right, left
    return table


def random_view(
    box: np.ndarray, size: int, config: DataConfig, random: np.random.Generator
) -> np.ndarray:
    """A 2 x 3 matrix that shows `box` turned, scaled and shifted at random."""
    shift = random.uniform(-config.shift, config.shift, 2) * box[2]
    side = box[2] * config.crop * np.exp(random.uniform(-1, 1) * np.log1p(config.scale))
    matrix = square_to_input(np.array([*(box[:2] + shift), side]), size)
    angle = np.deg2rad(config.rotation) * random.uniform(-1, 1)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    middle = (size - 1) / 2
    offset = turn @ (matrix[:, 2] - middle) + middle
    return np.concatenate([turn @ matrix[:, :2], offset[:, None]], axis=1)


def flip(points: np.ndarray, size: int) -> np.ndarray:
    """Landmarks (K, 2) of the mirrored S x S input."""
    mirrored = points[flip_table(len(points))].copy()
    mirrored[:, 0] = size - 1 - mirrored[:, 0]
    return mirrored


def recolour(image: np.ndarray, strength: float, random: np.random.Generator) -> np.ndarray:
    """Random gain for each channel and a common offset."""
    gain = random.uniform(1 - strength, 1 + strength) * random.uniform(0.9, 1.1, 3)
    offset = random.uniform(-strength, strength) * 80
    return np.clip(image * gain + offset, 0, 255).astype(np.uint8)


def augment(
    image: np.ndarray,
    points: np.ndarray,
    box: np.ndarray,
    size: int,
    config: DataConfig,
    random: np.random.Generator,
) -> tuple[np.ndarray, np.ndarray]:
    """One training example: the S x S input (uint8) and its landmarks (K, 2) in input pixels."""
    matrix = random_view(box, size, config, random)
    view, landmarks = cut(image, matrix, size), transform(points, matrix)
    if random.random() < config.flip:
        view, landmarks = view[:, ::-1], flip(landmarks, size)
    return recolour(view, config.colour, random), landmarks
