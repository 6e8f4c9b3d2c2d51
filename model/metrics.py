# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Accuracy from integer landmark coordinates, in float64."""

from __future__ import annotations

import numpy as np

from hls.landmark_decode import to_image
from model.config import STRIDE


def nme(quarter: np.ndarray, landmarks: np.ndarray, norm: np.ndarray) -> float:
    """Normalised mean error: mean over landmarks of distance / norm, then over images.

    `quarter` (N, K, 2) are decoded quarter heatmap pixels, `landmarks` (N, K, 2) and `norm` (N,)
    the truth in network input pixels.
    """
    found = to_image(quarter, STRIDE)
    distance = np.linalg.norm(found - landmarks.astype(np.float64), axis=2)
    return float((distance.mean(axis=1) / norm.astype(np.float64)).mean())
