# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""What is fitted on training faces: which mesh points are the landmarks, each one's mean offset,
and the square that suits a peer best. Everything is in units of the box."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from model.evaluation.metrics import distances, nme

Choice = TypeVar("Choice")
# A mean error of this much of the box's side, some 10 % of the face's size, is no failure.
FOUND_WELL = 0.05


@dataclass(frozen=True)
class Style:
    """Where somebody's landmarks are and how they differ from the labels.

    `places` (K,) are the points that stand for the landmarks, `offset` (K, 2) their mean place
    beside the labels, `shape` (K, 2) the labels' mean: what counts where no face was found.
    """

    places: np.ndarray
    offset: np.ndarray
    shape: np.ndarray

    def landmarks(self, points: np.ndarray, *, corrected: bool = False) -> np.ndarray:
        """Points (N, M, 2), NaN if not found -> landmarks (N, K, 2)."""
        chosen = points[:, self.places]
        if corrected:
            chosen = chosen - self.offset
        return np.where(np.isnan(chosen), self.shape, chosen)


def fitted(points: np.ndarray, labels: np.ndarray) -> Style:
    """The style of points (N, M, 2), NaN if not found, beside labels (N, K, 2).

    As many points as landmarks are those; of a mesh, each landmark is the point that is nearest on
    most faces. Offsets are means over the faces that were found well: a failure is no style.
    """
    found = ~np.isnan(points).any(axis=(1, 2))
    points, known = points[found].astype(np.float64), labels[found]
    places = np.arange(labels.shape[1])
    if points.shape[1] != labels.shape[1]:
        places = np.array([_nearest(points, known[:, k]) for k in range(labels.shape[1])])
    apart = points[:, places] - known
    well = np.linalg.norm(apart, axis=2).mean(axis=1) <= FOUND_WELL
    offset = apart[well].mean(axis=0) if well.any() else np.zeros(labels.shape[1:])
    return Style(places, offset, labels.mean(axis=0))


def _nearest(points: np.ndarray, labels: np.ndarray) -> int:
    away = np.linalg.norm(points - labels[:, None], axis=2)
    return int(np.median(away, axis=0).argmin()) if len(away) else 0


def error(points: np.ndarray, labels: np.ndarray, norm: np.ndarray) -> float:
    """NME of points (N, M, 2) with their own style taken off."""
    found = fitted(points, labels).landmarks(points, corrected=True)
    return nme(distances(found, labels, np.ones(labels.shape[:2], bool), norm))


def best(
    choices: Iterable[Choice], run: Callable[[Choice], np.ndarray],
    labels: np.ndarray, norm: np.ndarray,
) -> Choice:  # fmt: skip
    """The choice whose points have the least error."""
    return min(choices, key=lambda choice: error(run(choice), labels, norm))
