# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Writers of tiny data files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest


@pytest.fixture
def picture() -> Callable[[Path], None]:
    """Write a small red JPEG or PNG, 40 wide and 30 high."""

    def write(path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        image = np.zeros((30, 40, 3), np.uint8)
        image[:, :, 2] = 200
        assert cv2.imwrite(str(path), image)

    return write


@pytest.fixture
def face() -> np.ndarray:
    """68 points, MATLAB pixels, that span x 11..31 and y 21..61: 20 x 40."""
    points = np.random.default_rng(0).uniform((11, 21), (31, 61), (68, 2))
    points[0], points[1] = (11, 21), (31, 61)
    return points
