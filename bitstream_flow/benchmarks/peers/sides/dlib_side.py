# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""dlib's 68 landmarks: `dlib_side SIDE box|detector`.

The predictor's rectangle is the picture's middle half, or what dlib's own detector finds nearest to
the middle; where it finds nothing, the middle half again.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path

import dlib
import numpy as np

from bitstream_flow.benchmarks.peers.sides.answer import answer

_MODEL = "models/shape_predictor_68_face_landmarks.dat"


def model_path() -> Path:
    """The predictor in face_recognition_models, whose import would want setuptools."""
    spec = importlib.util.find_spec("face_recognition_models")
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError("No module named 'face_recognition_models'")
    return Path(spec.submodule_search_locations[0]) / _MODEL


def nearest(rectangles: list[dlib.rectangle], side: int) -> dlib.rectangle:
    """The rectangle whose centre is nearest to the middle, or the middle half if there is none."""
    quarter = side // 4
    half = dlib.rectangle(quarter, quarter, side - quarter - 1, side - quarter - 1)

    def away(rectangle: dlib.rectangle) -> float:
        centre = rectangle.dcenter()
        return float(np.hypot(centre.x - side / 2, centre.y - side / 2))

    return min(rectangles, key=away, default=half)


def finder(side: int, detect: bool) -> Callable[[np.ndarray], np.ndarray]:
    """Pictures (side, side, 3) -> points (68, 2)."""
    predictor = dlib.shape_predictor(str(model_path()))
    detector = dlib.get_frontal_face_detector()

    def find(picture: np.ndarray) -> np.ndarray:
        rectangle = nearest(list(detector(picture, 0)) if detect else [], side)
        return np.array([(p.x, p.y) for p in predictor(picture, rectangle).parts()], float)

    return find


if __name__ == "__main__":
    pixels = int(sys.argv[1])
    detects = sys.argv[2] == "detector"
    answer(finder(pixels, detects), f"dlib {dlib.__version__}", 68, pixels)
