# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Augmentation moves landmarks exactly as it moves the picture."""

from __future__ import annotations

import numpy as np
import pytest

from hls.common.errors import InputError
from hls.streams.mirror import flip_table
from model.config import DataConfig
from model.data.augment import augment, flip, random_view
from model.data.geometry import cut, square_to_input, transform
from model.data.synthetic import synthetic

STILL = DataConfig(file="x.npz", rotation=0, scale=0, shift=0, colour=0)


@pytest.mark.parametrize("landmarks", [14, 68])
def test_flip_is_an_involution(landmarks: int) -> None:
    table = flip_table(landmarks)
    assert (table[table] == np.arange(landmarks)).all()
    points = np.random.default_rng(0).uniform(0, 63, (landmarks, 2))
    assert np.allclose(flip(flip(points, 64), 64), points)


def test_other_counts_have_no_table() -> None:
    with pytest.raises(InputError, match="no left/right table for 5"):
        flip_table(5)


def test_a_white_dot_stays_under_its_landmark() -> None:
    random = np.random.default_rng(1)
    for _ in range(20):
        image = np.zeros((160, 160, 3), np.uint8)
        x, y = random.integers(60, 100, 2)
        image[y - 2 : y + 3, x - 2 : x + 3] = 255
        box = np.array([80.0, 80.0, 110.0])
        view = random_view(box, 64, DataConfig(file="x.npz"), random)
        shown = cut(image, view, 64)[..., 0].astype(float)
        expected = transform(np.array([x, y], float), view)
        grid = np.stack(np.meshgrid(np.arange(64), np.arange(64)), axis=-1)
        found = (grid * shown[..., None]).sum(axis=(0, 1)) / shown.sum()
        assert np.abs(found - expected).max() < 0.3


def test_the_square_fills_the_input() -> None:
    matrix = square_to_input(np.array([50.0, 40.0, 20.0]), 64)
    assert np.allclose(
        transform(np.array([[40.0, 30.0], [60.0, 50.0]]), matrix), [[-0.5, -0.5], [63.5, 63.5]]
    )


def test_without_strength_only_the_flip_remains() -> None:
    data = synthetic(1, 14)
    seen = set()
    for seed in range(8):
        random = np.random.default_rng(seed)
        _, points = augment(data.images[0], data.landmarks[0], data.box[0], 64, STILL, random)
        seen.add(tuple(points.round(3).ravel()))
    assert len(seen) == 2
