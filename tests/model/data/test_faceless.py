# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Squares without a face keep clear of faces and heads."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hls.common.errors import InputError
from model.data.dataset import Dataset
from model.data.faceless import HEAD_TOP, NECK, faceless_square, faceless_view
from model.data.synthetic import synthetic


def _bodies(head_side: float = 20.0) -> Dataset:
    data = synthetic(4, 14, side=200)
    points = data.landmarks.copy()
    points[:, NECK], points[:, HEAD_TOP] = [100, 60], [100, 60 - head_side]
    box = np.tile(np.array([100, 100, 160], np.float32), (4, 1))
    return Dataset(data.images, points, data.visible, data.norm, box)


def _faces() -> Dataset:
    data = synthetic(4, 68, side=300)
    points = 30 + (data.landmarks - data.landmarks.min()) / 6
    box = np.tile(np.array([60, 60, 120], np.float32), (4, 1))
    return Dataset(data.images, points, data.visible, data.norm, box)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000))
def test_a_body_s_square_is_inside_the_picture_and_clear_of_the_head(seed: int) -> None:
    square = faceless_square(_bodies(), 1, np.random.default_rng(seed))
    assert square is not None
    (x, y), half = square[:2], square[2] / 2
    assert half <= x <= 200 - half and half <= y <= 200 - half
    nearest = np.clip([100, 50], [x - half, y - half], [x + half, y + half])
    assert np.linalg.norm(nearest - [100, 50]) >= 20 - 1e-6


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000))
def test_a_square_holds_at_most_a_tenth_of_a_face(seed: int) -> None:
    data = _faces()
    square = faceless_square(data, 0, np.random.default_rng(seed))
    assert square is not None
    low, high = data.landmarks[0].min(axis=0), data.landmarks[0].max(axis=0)
    left = np.maximum(low, square[:2] - square[2] / 2)
    right = np.minimum(high, square[:2] + square[2] / 2)
    assert np.prod(np.clip(right - left, 0, None)) <= 0.1 * 1.25**2 * np.prod(high - low)


def test_no_room_and_no_head() -> None:
    random = np.random.default_rng(0)
    assert faceless_square(_bodies(head_side=400), 0, random) is None
    hidden = _bodies()
    hidden.visible[:, HEAD_TOP] = False
    assert faceless_square(hidden, 0, random) is None
    assert faceless_view(hidden, 0, 32, random) is None


def test_other_landmarks_are_refused() -> None:
    with pytest.raises(InputError, match="no faceless squares from 21 landmarks"):
        faceless_square(synthetic(1, 21), 0, np.random.default_rng(0))


def test_a_view_is_what_the_square_shows() -> None:
    view = faceless_view(_bodies(), 0, 32, np.random.default_rng(0))
    assert view is not None and view.shape == (32, 32, 3) and view.dtype == np.uint8
