# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Accuracy of found landmarks, in float64: NME, PCK, failure rate, error curve and its area.

Everything starts from `distances`: errors (N, K) in units of the normaliser, NaN where a landmark
does not count. Without anything to count a figure is NaN.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from hls.streams.landmarks import to_image
from model.config import STRIDE

# Pelvis (6) and thorax (7) are in no part and so not in the total: the hourglass networks' habit.
MPII_PARTS: dict[str, tuple[int, ...]] = {
    "Head": (8, 9),
    "Shoulder": (12, 13),
    "Elbow": (11, 14),
    "Wrist": (10, 15),
    "Hip": (2, 3),
    "Knee": (1, 4),
    "Ankle": (0, 5),
}
POSE14_PARTS: dict[str, tuple[int, ...]] = {
    "Head": (12, 13),
    "Shoulder": (8, 9),
    "Elbow": (7, 10),
    "Wrist": (6, 11),
    "Hip": (2, 3),
    "Knee": (1, 4),
    "Ankle": (0, 5),
}
FACE68_PARTS: dict[str, tuple[int, ...]] = {
    "Jaw": tuple(range(17)),
    "Brows": tuple(range(17, 27)),
    "Nose": tuple(range(27, 36)),
    "Eyes": tuple(range(36, 48)),
    "Mouth": tuple(range(48, 68)),
}


def found_points(positions: np.ndarray) -> np.ndarray:
    """Decoded positions (N, K, 2) in 1/STEPS of a heatmap's cell -> network input pixels."""
    return to_image(positions, STRIDE)


def distances(
    found: np.ndarray, landmarks: np.ndarray, visible: np.ndarray, norm: np.ndarray
) -> np.ndarray:
    """Errors (N, K): distance / norm of points (N, K, 2); NaN where hidden or norm (N,) is NaN."""
    distance = np.linalg.norm(found.astype(np.float64) - landmarks.astype(np.float64), axis=2)
    return np.where(visible, distance / norm.astype(np.float64)[:, None], np.nan)


def image_errors(errors: np.ndarray) -> np.ndarray:
    """Mean over the counted landmarks of each image (M,); images without any are left out."""
    counted = ~np.isnan(errors)
    images = counted.any(axis=1)
    return np.nansum(errors[images], axis=1) / counted[images].sum(axis=1)


def nme(errors: np.ndarray) -> float:
    """Normalised mean error: mean over landmarks, then over images."""
    return _mean(image_errors(errors))


def pck(errors: np.ndarray, threshold: float) -> float:
    """Share of the counted landmarks that are at most `threshold` off."""
    return _mean(errors[~np.isnan(errors)] <= threshold)


def pck_by_joint(
    errors: np.ndarray, threshold: float, parts: Mapping[str, Sequence[int]]
) -> dict[str, float]:
    """PCK of each part: the mean of its joints' shares."""
    return {name: pck_total(errors, threshold, {name: part}) for name, part in parts.items()}


def pck_total(errors: np.ndarray, threshold: float, parts: Mapping[str, Sequence[int]]) -> float:
    """Mean of the joints' shares over all parts' joints; a joint that is never counted is not."""
    joints = [joint for part in parts.values() for joint in part]
    shares = np.array([pck(errors[:, joint], threshold) for joint in joints])
    return _mean(shares[~np.isnan(shares)])


def failure_rate(errors: np.ndarray, limit: float) -> float:
    """Share of the images whose mean error is above `limit`."""
    return _mean(image_errors(errors) > limit)


def cumulative(errors: np.ndarray, limits: Iterable[float]) -> np.ndarray:
    """Share of the images whose mean error is at most each limit: the error curve."""
    images = image_errors(errors)
    return np.array([_mean(images <= limit) for limit in limits])


def auc(errors: np.ndarray, limit: float) -> float:
    """Area under the error curve from 0 to `limit`, over `limit`: exact, the curve has steps."""
    return _mean(np.clip(1 - image_errors(errors) / limit, 0, 1))


def mean_of_bins(values: Iterable[float]) -> float:
    """Mean of the bins' figures with equal weight, as for AFLW2000-3D's yaw; an empty bin: NaN."""
    return _mean(np.array(list(values), np.float64))


def _mean(values: np.ndarray) -> float:
    return float(values.mean()) if len(values) else float("nan")
