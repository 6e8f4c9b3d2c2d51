# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Drawings show every landmark and leave the rest of the picture alone."""

from __future__ import annotations

import numpy as np
import pytest

from host.pictures.draw import draw_landmarks


@pytest.mark.parametrize("count", [14, 68, 5])
@pytest.mark.parametrize("shape", [(40, 60), (600, 500), (2000, 3000)])
def test_every_landmark_is_marked(count: int, shape: tuple[int, int]) -> None:
    image = np.full((*shape, 3), 128, np.uint8)
    points = np.random.default_rng(count).uniform(0.3, 0.7, (count, 2)) * shape[::-1]
    drawn = draw_landmarks(image, [points])
    factor = drawn.shape[0] // shape[0]
    assert drawn.shape == (shape[0] * factor, shape[1] * factor, 3)
    assert 1 <= factor <= max(1, 2000 // max(shape))
    assert np.ptp(points * factor, axis=0).max() > 160 or max(drawn.shape) > 1000
    for x, y in np.floor((points + 0.5) * factor).astype(int):
        assert (drawn[y, x] != 128).any()
    assert (drawn[: shape[0] // 6] == 128).all()


def test_no_face_and_landmarks_outside() -> None:
    image = np.zeros((500, 500, 3), np.uint8)
    np.testing.assert_array_equal(draw_landmarks(image, []), image)
    draw_landmarks(image, [np.full((68, 2), -1000.0) + np.arange(68)[:, None]])


@pytest.mark.parametrize("size", [20, 400])
def test_a_frame_of_a_stream_keeps_its_size(size: int) -> None:
    image = np.full((500, 500, 3), 128, np.uint8)
    points = np.random.default_rng(0).uniform(50, 50 + size, (68, 2))
    drawn = draw_landmarks(image, [points], enlarge=False)
    assert drawn.shape == image.shape and (image == 128).all()
    for x, y in np.round(points).astype(int):
        assert (drawn[y, x] != 128).any()
    # Dark rims would hide a small face.
    assert (drawn.max(axis=2) < 50).any() == (size == 400)
