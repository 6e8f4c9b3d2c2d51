# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Styles are what was put in, whatever the failures; the best square is chosen."""

from __future__ import annotations

import numpy as np
import pytest

from bitstream_flow.benchmarks.peers.fit import best, error, fitted

COUNT, LANDMARKS = 60, 4


@pytest.fixture
def labels() -> np.ndarray:
    shape = np.array([[-0.2, -0.2], [0.2, -0.2], [0.2, 0.2], [-0.2, 0.2]])
    return shape + np.random.default_rng(0).normal(0, 0.02, (COUNT, LANDMARKS, 2))


OFFSET = np.array([[0.01, 0.0], [0.0, -0.02], [0.015, 0.01], [0.0, 0.0]])


def test_a_style_is_found_and_taken_off(labels: np.ndarray) -> None:
    style = fitted(labels + OFFSET, labels)
    np.testing.assert_allclose(style.offset, OFFSET, atol=1e-9)
    np.testing.assert_allclose(style.landmarks(labels + OFFSET, corrected=True), labels)
    np.testing.assert_allclose(style.landmarks(labels + OFFSET), labels + OFFSET)


def test_failures_are_no_style(labels: np.ndarray) -> None:
    points = labels + OFFSET
    points[:20] += 0.3
    points[20:25] = np.nan
    np.testing.assert_allclose(fitted(points, labels).offset, OFFSET, atol=1e-9)


def test_one_that_finds_nothing_has_no_style(labels: np.ndarray) -> None:
    style = fitted(np.full_like(labels, np.nan), labels)
    assert (style.offset == 0).all()
    np.testing.assert_allclose(
        style.landmarks(np.full_like(labels, np.nan))[7], labels.mean(axis=0)
    )


def test_a_mesh_gives_the_point_nearest_to_each_landmark(labels: np.ndarray) -> None:
    order = [5, 1, 6, 3]
    mesh = np.random.default_rng(1).uniform(-0.5, 0.5, (COUNT, 8, 2))
    mesh[:, order] = labels + OFFSET
    mesh[:9] = 9  # a third failed
    style = fitted(mesh, labels)
    assert style.places.tolist() == order
    np.testing.assert_allclose(style.offset, OFFSET, atol=1e-9)


def test_a_face_that_is_not_found_counts_with_the_mean_shape(labels: np.ndarray) -> None:
    points = labels + OFFSET
    points[3] = np.nan
    found = fitted(points, labels).landmarks(points, corrected=True)
    np.testing.assert_allclose(found[3], labels.mean(axis=0))


def test_the_best_choice_has_the_least_error_without_its_style(labels: np.ndarray) -> None:
    noise = np.random.default_rng(2).normal(0, 0.01, labels.shape)
    norm = np.full(COUNT, 0.4)

    def run(choice: float) -> np.ndarray:
        return labels + 2 * OFFSET + abs(choice - 1.2) * noise

    assert best((0.8, 1.0, 1.2, 1.4), run, labels, norm) == 1.2
    assert error(run(1.2), labels, norm) == pytest.approx(0, abs=1e-9)
