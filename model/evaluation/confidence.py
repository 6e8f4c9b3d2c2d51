# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Fits the confidences of hls.streams.confidence, and says how reliable they are.

A landmark is right within 5 % of the normaliser for faces, 20 % for poses; its logistic function is
fitted on the test images of the network's own data (Platt 1999). That of faces is fitted on those
images and on squares without a face; the threshold is what KEPT of the faces reach.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from sklearn.linear_model import LogisticRegression

from hls.common.errors import InputError
from hls.streams.confidence import Confidence, Logistic

RIGHT = {"nme": 0.05, "pck": 0.2}
KEPT = 0.98
BINS = 10


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
