# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Views of a square lead back to it, and what they say together holds where one of them errs."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hls.common.errors import InputError
from hls.streams.mirror import flip_table
from hls.streams.views import COUNTS, TOGETHER, VIEWS, View, combined, first_views

SIZE = 64


def _points(seed: int, *shape: int) -> np.ndarray:
    return np.random.default_rng(seed).uniform(0, SIZE - 1, (*shape, 2))


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("landmarks", [14, 16, 21, 68])
def test_what_a_view_shows_comes_back(view: View, landmarks: int) -> None:
    points, matrix = _points(0, 3, landmarks), view.matrix(SIZE)
    shown = points @ matrix[:, :2].T + matrix[:, 2]
    if view.mirrored:  # the network calls what it sees on the left left
        shown = shown[:, flip_table(landmarks)]
    np.testing.assert_allclose(view.back(shown, SIZE), points, atol=1e-9)


def test_a_mirror_image_is_the_other_way_round() -> None:
    mirror = View(mirrored=True)
    assert (mirror.matrix(SIZE) @ [0, 5, 1]).tolist() == [SIZE - 1, 5]
    scores = np.arange(14)
    assert mirror.in_order(scores).tolist() == flip_table(14).tolist()
    assert View().in_order(scores) is scores


def test_a_view_behind_a_matrix_is_both() -> None:
    matrix, view, point = np.array([[2.0, 0, 3], [0, 2.0, -1]]), VIEWS[5], [7.0, 11.0, 1.0]
    own = view.matrix(SIZE)
    wanted = own[:, :2] @ (matrix @ point) + own[:, 2]
    np.testing.assert_allclose(view.behind(matrix, SIZE) @ point, wanted)


def test_counts_are_balanced_and_others_are_refused() -> None:
    assert first_views(1) == (View(),) and first_views(2)[1] == View(mirrored=True)
    for count in COUNTS[1:]:
        assert sum(view.mirrored for view in first_views(count)) == count / 2
    with pytest.raises(InputError, match="3 views: use 1, 2, 4, 8 or 16"):
        first_views(3)


@given(st.integers(0, 99), st.sampled_from(COUNTS))
def test_views_that_agree_say_what_each_says(seed: int, count: int) -> None:
    points = _points(seed, 2, 14)
    found = combined(np.stack([points] * count), np.zeros((count, 2, 14)), SIZE)
    np.testing.assert_allclose(found, points)


@given(st.integers(0, 99), st.permutations(range(8)))
def test_the_order_of_views_means_nothing(seed: int, order: list[int]) -> None:
    points, scores = _points(seed, 8, 2, 5), np.random.default_rng(seed).normal(size=(8, 2, 5))
    once, again = (combined(points[o], scores[o], SIZE) for o in (list(range(8)), order))
    np.testing.assert_allclose(once, again, atol=1e-9)


def test_near_ones_have_their_mean_and_one_that_errs_no_say() -> None:
    near = np.array([[20.0, 20.0], [20.4, 20.0], [20.2, 20.3]])
    wrong = near[:1] + 12 * TOGETHER * SIZE
    points = np.concatenate([wrong, near])[:, None, None]
    scores = np.array([9.0, 1.0, 1.0, 1.0])[:, None, None]
    found = combined(points, scores, SIZE)[0, 0]
    np.testing.assert_allclose(found, near.mean(axis=0), atol=0.01)


def test_of_two_that_differ_the_surer_one_counts() -> None:
    points = np.array([[10.0, 10.0], [50.0, 10.0]])[:, None, None]
    for scores, wanted in (([3, 2], 10), ([2, 3], 50)):
        found = combined(points, np.array(scores)[:, None, None], SIZE)
        np.testing.assert_allclose(found[0, 0], [wanted, 10], atol=1e-3)
