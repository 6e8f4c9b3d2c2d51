# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""How far confidences hold, by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hls.streams.confidence import Confidence, Logistic
from model.config import Config, Source
from model.evaluation.reliability import reliability_of

CONFIDENCE = Confidence(Logistic(1.0, 0.0), 0.05, Logistic(1.0, 0.0), 0.7)


@pytest.fixture
def config(small: Config) -> Config:
    data = replace(small.data, file="faces.npz", faceless_files=(Source("others.npz"),))
    return replace(small, data=data)


def test_the_curve_and_the_threshold_by_hand(config: Config) -> None:
    scores = np.array([[3, 3], [3, -3], [0, 0]])
    errors = np.array([[0.01, 0.2], [0.05, np.nan], [0.1, 0.0]])
    held = reliability_of(config, CONFIDENCE, scores, errors, np.array([[1, 1], [-5, -5]]))
    (half, counted), sure = held.rows.items(), 1 / (1 + np.exp(-3))
    assert half[0] == "0.5 to 0.6" and half[1]["landmarks"] == 2
    assert half[1]["at most 5% off %"] == 50 and half[1]["mean confidence %"] == 50
    assert counted[0] == "0.9 to 1.0" and counted[1]["landmarks"] == 3
    assert held.error == pytest.approx(3 / 5 * (sure - 2 / 3))
    faces = held.faces
    assert faces is not None and (faces.faces, faces.taken, faces.squares) == (3, 1, 2)
    assert faces.kept == pytest.approx(1 / 3) and faces.files == ("faces.npz", "others.npz")
    assert "1 of 2 squares without a face taken for one" in held.notes[1]
    assert held.shares["faceless squares taken"] == 50


def test_a_network_that_saw_no_faceless_squares_has_a_curve_alone(config: Config) -> None:
    found = Confidence(CONFIDENCE.landmark, 0.2)
    held = reliability_of(config, found, np.array([[1]]), np.array([[0.1]]), None)
    assert held.faces is None and len(held.notes) == 1
    assert held.table("a title").rows["0.7 to 0.8"]["at most 20% off %"] == 100
    assert list(held.shares) == ["expected calibration error"]
