# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Pictures made by the tests themselves."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

needs_cascade = pytest.mark.skipif(
    not hasattr(cv2, "CascadeClassifier"), reason="OpenCV 5 has no Haar cascades"
)

# Ellipses of a face 200 pixels high: centre, half axes, grey value.
_PARTS = (
    (0, -10, 82, 108, 60), (0, 10, 70, 92, 200),
    (-30, -22, 22, 5, 70), (-30, -8, 19, 9, 110), (-30, -8, 8, 8, 40),
    (30, -22, 22, 5, 70), (30, -8, 19, 9, 110), (30, -8, 8, 8, 40),
    (0, 15, 7, 28, 225), (0, 34, 14, 5, 130), (0, 62, 27, 8, 110),
)  # fmt: skip


def drawn_face(
    size: int = 200, shape: tuple[int, int] = (300, 300), centre: tuple[int, int] = (150, 150)
) -> np.ndarray:
    """An RGB picture of a simple face, which the detector takes for one."""
    image = np.full(shape, 110, np.uint8)
    scale = size / 200
    for x, y, across, down, grey in _PARTS:
        place = round(centre[0] + x * scale), round(centre[1] + y * scale)
        axes = round(across * scale), round(down * scale)
        cv2.ellipse(image, place, axes, 0, 0, 360, grey, cv2.FILLED, cv2.LINE_AA)
    image = cv2.GaussianBlur(image, (0, 0), 4 * scale)
    return cv2.cvtColor(image, cv2.COLOR_GRAY2RGB)
