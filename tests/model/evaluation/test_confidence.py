# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Confidences say how often they are right."""

from __future__ import annotations

import numpy as np
import pytest

from hls.common.errors import InputError
from hls.streams.confidence import Logistic
from model.evaluation.confidence import fit_confidence, fit_logistic, reliability


def _drawn(count: int = 20_000) -> tuple[np.ndarray, np.ndarray]:
    """Scores, and truths drawn with a known logistic probability."""
    random = np.random.default_rng(0)
    scores = random.normal(20_000, 4_000, count).round()
    return scores, random.random(count) < Logistic(1e-3, -18.0)(scores)


def test_the_fit_finds_the_probability_that_was_drawn_with() -> None:
    scores, true = _drawn()
    fitted = fit_logistic(scores, true)
    assert np.abs(fitted(scores) - Logistic(1e-3, -18.0)(scores)).max() < 0.03


def test_a_good_fit_is_reliable_and_a_sure_guess_is_not() -> None:
    scores, true = _drawn()
    bins, error = reliability(fit_logistic(scores, true)(scores), true)
    assert error < 0.02 and sum(bar.count for bar in bins) == len(scores)
    assert all(abs(bar.held - bar.confidence) < 0.06 for bar in bins if bar.count > 200)
    assert reliability(np.ones(len(true)), true)[1] == pytest.approx(1 - true.mean())


def test_the_threshold_keeps_98_of_100_faces() -> None:
    random = np.random.default_rng(1)
    faces, others = random.normal(20_000, 2_000, (500, 68)), random.normal(0, 3_000, (300, 68))
    errors = np.where(random.random((500, 68)) < 0.7, 0.02, 0.1)
    found = fit_confidence(faces, errors, 0.05, others)
    assert found.face is not None and found.threshold is not None
    assert (found.face(faces.mean(axis=1)) >= found.threshold).mean() == pytest.approx(
        0.98, abs=5e-3
    )
    assert (found.face(others.mean(axis=1)) < found.threshold).all()


def test_landmarks_that_do_not_count_are_left_out() -> None:
    scores = np.array([[1.0, 2.0, 3.0, 9e9]])
    errors = np.array([[0.1, 0.01, 0.02, np.nan]])
    found = fit_confidence(scores, errors, 0.05)
    assert found.face is None and found.landmark(np.array([9e9]))[0] > 0.5


def test_nothing_to_fit() -> None:
    with pytest.raises(InputError, match="nothing to fit"):
        fit_logistic(np.arange(3.0), np.ones(3, bool))
