# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Drawn stand-ins for pictures of faces."""

from __future__ import annotations

import cv2
import numpy as np

from model.data.dataset import Dataset


def synthetic(count: int, landmarks: int, seed: int = 0, side: int = 96) -> Dataset:
    """Drawn stand-ins for faces: an ellipse with a dot at each landmark; for tests and trials."""
    random = np.random.default_rng(seed)
    images = np.empty((count, side, side, 3), np.uint8)
    points = np.empty((count, landmarks, 2), np.float32)
    angles = 2 * np.pi * np.arange(landmarks) / landmarks
    for index in range(count):
        centre = side / 2 + random.uniform(-4, 4, 2)
        axes = side * random.uniform(0.22, 0.32, 2)
        image = np.full((side, side, 3), random.integers(0, 90), np.uint8)
        colour = [int(c) for c in random.integers(120, 255, 3)]
        middle = (int(centre[0]), int(centre[1]))
        cv2.ellipse(image, middle, (int(axes[0]), int(axes[1])), 0, 0, 360, colour, -1)
        points[index] = centre + axes * np.stack([np.cos(angles), np.sin(angles)], axis=1)
        for number, (x, y) in enumerate(points[index]):
            shade = (255 * number // landmarks, 40, 255 - 255 * number // landmarks)
            cv2.circle(image, (int(x), int(y)), 2, shade, -1)
        images[index] = image
    norm = np.sqrt(np.prod(points.max(axis=1) - points.min(axis=1), axis=1))
    box = np.tile(np.array([side / 2, side / 2, 0.8 * side], np.float32), (count, 1))
    return Dataset(list(images), points, np.ones(points.shape[:2], bool), norm, box)
