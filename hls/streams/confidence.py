# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Confidence from 0 to 1: how likely a landmark is right, and how likely a square shows a face.

A landmark's score is its heatmap's maximum, an integer. The confidence of a landmark is the
probability that its error is at most `right` of the normaliser: a logistic function of its score.
The confidence of a face is the probability that the square shows one: a logistic function of the
landmarks' mean score. `python -m model.calibrate` fits both; checkpoint, export manifest and bundle
hold them.
"""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass

import numpy as np

from hls.common.errors import InputError
from hls.common.records import read_record


@dataclass(frozen=True)
class Logistic:
    """1 / (1 + exp(-(slope * x + offset))) of a score x."""

    slope: float
    offset: float

    def __post_init__(self) -> None:
        if not (math.isfinite(self.slope) and math.isfinite(self.offset)):
            raise ValueError(f"slope {self.slope} and offset {self.offset} must be finite numbers")

    def __call__(self, score: np.ndarray) -> np.ndarray:
        """Probabilities (float64) of scores of any shape."""
        return 1 / (1 + np.exp(-np.clip(self.slope * score + self.offset, -50, 50)))


@dataclass(frozen=True)
class Confidence:
    """What turns scores into confidences; ValueError where a value makes no sense.

    A face is one from `threshold` on. `face` and `threshold` are None for networks that were not
    shown squares without their subject.
    """

    landmark: Logistic
    right: float
    face: Logistic | None = None
    threshold: float | None = None

    def __post_init__(self) -> None:
        if not 0 < self.right < math.inf:
            raise ValueError(f"right is {self.right}: it must be above 0")
        if (self.face is None) != (self.threshold is None):
            raise ValueError("face and threshold belong together: one is there, the other is not")
        if self.threshold is not None and not 0 <= self.threshold <= 1:
            raise ValueError(f"threshold is {self.threshold}: it must be from 0 to 1")

    def of_landmarks(self, scores: np.ndarray) -> np.ndarray:
        """The confidence of each score, float64 of the same shape."""
        return self.landmark(scores)

    def of_faces(self, scores: np.ndarray) -> np.ndarray | None:
        """Of scores (..., K) the confidence (...) that they are a face's; None without `face`."""
        return None if self.face is None else self.face(scores.mean(axis=-1))

    def is_face(self, scores: np.ndarray) -> np.ndarray:
        """Of scores (..., K) whether (...) they are a face's; without `face` all are."""
        found = self.of_faces(scores)
        return np.ones(scores.shape[:-1], bool) if found is None else found >= self.threshold

    def as_text(self) -> str:
        """One line of JSON, for a checkpoint's metadata."""
        return json.dumps(asdict(self), sort_keys=True)


def read_confidence(text: str) -> Confidence:
    """Undo `Confidence.as_text`; InputError where it is something else."""
    try:
        return read_record(Confidence, json.loads(text))
    except ValueError as error:
        raise InputError(
            f"the checkpoint's confidence cannot be read ({error}): run python -m model.calibrate"
        ) from None
