# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Scores become probabilities, and what holds them is read back or refused."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np
import pytest

from hls.common.errors import InputError
from hls.common.records import read_record
from hls.streams.confidence import Confidence, Logistic, read_confidence

WHOLE = Confidence(Logistic(1e-3, -2.0), 0.05, Logistic(2e-3, 1.0), 0.25)
PART = Confidence(Logistic(1e-3, -2.0), 0.2)


def test_landmarks_by_their_score_and_faces_by_the_mean() -> None:
    known = Confidence(Logistic(1.0, -2.0), 0.05, Logistic(0.5, -2.0), 0.5)
    scores = np.array([[2, 2, 2], [8, 2, 2], [0, 0, 0]], np.int32)
    np.testing.assert_allclose(known.of_landmarks(scores)[1], [1 / (1 + np.exp(-6)), 0.5, 0.5])
    np.testing.assert_allclose(known.of_faces(scores), [1 / (1 + np.e), 0.5, 1 / (1 + np.exp(2))])
    assert known.is_face(scores).tolist() == [False, True, False]
    assert bool(known.is_face(scores[1])) and not bool(known.is_face(scores[0]))


def test_confidences_stay_within_0_and_1_whatever_the_score() -> None:
    with np.errstate(all="raise"):
        found = Logistic(1.0, 0.0)(np.array([-(2**31), 0, 2**31 - 1]))
    assert 0 <= found[0] < 1e-20 and found[1] == 0.5 and 1 - 1e-12 < found[2] <= 1


def test_without_faceless_squares_nothing_is_said_of_faces() -> None:
    scores = np.zeros((2, 14), np.int32)
    assert PART.of_faces(scores) is None and PART.is_face(scores).all()


@pytest.mark.parametrize("known", [WHOLE, PART])
def test_round_trips(known: Confidence) -> None:
    assert read_confidence(known.as_text()) == known


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"threshold": 1.5}, "threshold is 1.5: it must be from 0 to 1"),
        ({"threshold": "high"}, "'threshold' that is 'high', not a number"),
        ({"threshold": None}, "belong together"),
        ({"face": None}, "belong together"),
        ({"face": 3}, "'face' that is 3, not an object"),
        ({"landmark": None}, "'landmark' that is None, not an object"),
        ({"landmark": {"slope": 1.0}}, r"lacks the entry 'landmark\.offset'"),
        ({"landmark": {"slope": float("nan"), "offset": 0.0}}, "finite"),
        ({"right": 0}, "right is 0"),
    ],
)
def test_what_makes_no_sense_is_named(change: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        read_record(Confidence, asdict(WHOLE) | change)


@pytest.mark.parametrize("text", ["", "3", '{"landmark": 3}'])
def test_a_checkpoint_with_something_else(text: str) -> None:
    with pytest.raises(InputError, match="confidence cannot be read") as caught:
        read_confidence(text)
    assert "\n" not in str(caught.value)
