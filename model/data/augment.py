# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Augmentation: rotation, scale, shift, flip with left/right swap, colour; one warp in all."""

from __future__ import annotations

import numpy as np

from hls.streams.mirror import flip_table
from model.config import DataConfig
from model.data.geometry import cut, square_to_input, transform


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
