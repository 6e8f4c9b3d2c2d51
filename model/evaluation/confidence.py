# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Confidence from 0 to 1: how likely a landmark is right, and how likely a square shows a face.

A landmark's score is its heatmap's maximum, an integer. The confidence of a landmark is the
probability that its error is at most `right` of the normaliser (5 % for faces, 20 % for poses): a
logistic function of its score, fitted on the test images of the network's own data (Platt 1999).
The confidence of a face is the probability that the square shows one: a logistic function of the
landmarks' mean score, fitted on those faces and on squares without a face. Its threshold is what
KEPT of the faces reach.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass

import numpy as np
from sklearn.linear_model import LogisticRegression

from hls.common.errors import InputError

RIGHT = {"nme": 0.05, "pck": 0.2}
KEPT = 0.98
BINS = 10


@dataclass(frozen=True)
class Logistic:
    """1 / (1 + exp(-(slope * x + offset))) of a score x."""

    slope: float
    offset: float

    def __call__(self, score: np.ndarray) -> np.ndarray:
        """Probabilities (float64) of scores of any shape."""
        return 1 / (1 + np.exp(-np.clip(self.slope * score + self.offset, -50, 50)))


@dataclass(frozen=True)
class Confidence:
    """What turns scores into confidences; `face` and `threshold` are None for networks that were
    not shown squares without their subject."""

    landmark: Logistic
    right: float
    face: Logistic | None = None
    threshold: float | None = None

    def as_text(self) -> str:
        """One line of JSON, for a checkpoint's metadata."""
        return json.dumps(asdict(self), sort_keys=True)


def read_confidence(text: str) -> Confidence:
    """Undo `Confidence.as_text`; InputError where it is something else."""
    try:
        values: Mapping[str, dict[str, float]] = json.loads(text)
        face = values["face"]
        return Confidence(
            Logistic(**values["landmark"]),
            float(values["right"]),  # type: ignore[arg-type]
            None if face is None else Logistic(**face),
            values["threshold"],  # type: ignore[arg-type]
        )
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(f"the checkpoint's confidence cannot be read ({error})") from None


def fit_logistic(scores: np.ndarray, true: np.ndarray) -> Logistic:
    """The logistic function that tells the scores (N,) of true (N,) bool ones from the others."""
    if true.all() or not true.any():
        raise InputError("nothing to fit a confidence to: every landmark is right, or none")
    centre, spread = float(scores.mean()), float(scores.std()) or 1.0
    model = LogisticRegression().fit((scores[:, None] - centre) / spread, true)
    slope = float(model.coef_[0, 0]) / spread
    return Logistic(slope, float(model.intercept_[0]) - slope * centre)


def fit_confidence(
    scores: np.ndarray, errors: np.ndarray, right: float, faceless: np.ndarray | None = None
) -> Confidence:
    """From scores and errors (N, K; NaN: not counted), and scores (M, K) of faceless squares."""
    counted = ~np.isnan(errors)
    landmark = fit_logistic(scores[counted].astype(np.float64), errors[counted] <= right)
    if faceless is None:
        return Confidence(landmark, right)
    means = scores.mean(axis=1), faceless.mean(axis=1)
    shown = np.repeat([True, False], [len(scores), len(faceless)])
    face = fit_logistic(np.concatenate(means), shown)
    threshold = np.quantile(face(means[0]), 1 - KEPT, method="lower")
    return Confidence(landmark, right, face, float(threshold))


@dataclass(frozen=True)
class Bin:
    """A bar of the reliability curve: confidences in low..high, their mean, and how many held."""

    low: float
    high: float
    count: int
    confidence: float
    held: float


def reliability(confidence: np.ndarray, true: np.ndarray) -> tuple[list[Bin], float]:
    """The curve of confidences (N,) against what held (N,) bool, and the expected calibration
    error: the mean distance of the two, weighted by count (Guo et al., ICML 2017)."""
    edges = np.linspace(0, 1, BINS + 1)
    place = np.clip(np.digitize(confidence, edges[1:-1]), 0, BINS - 1)
    bins, error = [], 0.0
    for number in range(BINS):
        inside = place == number
        count = int(inside.sum())
        mean = float(confidence[inside].mean()) if count else float("nan")
        held = float(true[inside].mean()) if count else float("nan")
        bins.append(Bin(float(edges[number]), float(edges[number + 1]), count, mean, held))
        error += count / len(confidence) * abs(mean - held) if count else 0.0
    return bins, error
