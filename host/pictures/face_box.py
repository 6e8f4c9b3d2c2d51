# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Where the face is, and the square of the picture that the network sees.

Coordinates have pixel centres at whole numbers, as landmarks do: pixel 0 covers -0.5 to 0.5.
Squares, crops and landmarks are mapped exactly as in training (model/data/geometry.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from hls.common.errors import InputError
from hls.streams.views import View, first_views

# Training boxes are squares centred on the landmarks' bounding box, 2.1 times its mean side. On
# 300 random training images of faces68 (seed 0, 299 found) such a box is 1.80 times the detector's
# (standard deviation 0.13) and lies 0.16 of the detector's side lower (0.04), neither left nor
# right (median 0.00, 0.10).
_TRAINED_OVER_FOUND = 1.80
_TRAINED_BELOW_FOUND = 0.16
_TRAINED_OVER_LANDMARKS = 2.1

# Networks with this many landmarks look at faces; others see the whole picture.
FACE_LANDMARKS = 68

_CASCADE = "haarcascade_frontalface_default.xml"
# Debian and Ubuntu pack the cascades apart from python3-opencv.
_SYSTEM_FOLDERS = (
    "/usr/share/opencv4/haarcascades",
    "/usr/share/opencv/haarcascades",
    "/usr/local/share/opencv4/haarcascades",
)
# A face of 1/12 of the picture is as small as the network can use; the detector works on at most
# this many pixels a side, which keeps large photographs quick.
_SMALLEST_FACE = 1 / 12
_DETECTOR_PIXELS = 800
# How far beyond the square the views look, as a share of its side: 0.091 at most.
_VIEWS_MARGIN = 0.1


@dataclass(frozen=True)
class Square:
    """A square of a picture: centre (x, y) and side, in pixels."""

    x: float
    y: float
    side: float

    def scaled(self, factor: float) -> Square:
        """The square with the same centre and `factor` times the side."""
        return Square(self.x, self.y, self.side * factor)

    @property
    def corner(self) -> tuple[float, float]:
        """Its upper left corner; the picture's own is at (-0.5, -0.5)."""
        return self.x - self.side / 2, self.y - self.side / 2


def parse_box(text: str) -> Square:
    """`X,Y,SIDE` (upper left corner and side in pixels) as a square; else an InputError."""
    try:
        left, top, side = (float(part) for part in text.split(","))
    except ValueError:
        raise InputError(f"--box {text}: give three numbers X,Y,SIDE, e.g. 40,30,120") from None
    if not (np.isfinite([left, top, side]).all() and side >= 8):
        raise InputError(f"--box {text}: the side must be 8 pixels or more")
    return Square(left + side / 2 - 0.5, top + side / 2 - 0.5, side)


def check_box(box: Square, image: np.ndarray) -> None:
    """Raise InputError unless the centre of `box` is in the image and its side is sensible."""
    height, width = image.shape[:2]
    inside = 0 <= box.x < width and 0 <= box.y < height
    if not inside or box.side > 2 * max(height, width):
        raise InputError(
            f"--box: a square of {box.side:g} pixels round ({box.x:g}, {box.y:g}) does not fit"
            f" the {width}x{height} image"
        )


def whole_picture(image: np.ndarray) -> Square:
    """The square that just holds the picture; for networks that want the whole person."""
    height, width = image.shape[:2]
    return Square((width - 1) / 2, (height - 1) / 2, max(height, width))


def landmark_box(points: np.ndarray) -> Square:
    """The training box of a face whose landmarks (K, 2) are known."""
    low, high = points.min(axis=0), points.max(axis=0)
    x, y = (low + high) / 2
    return Square(float(x), float(y), _TRAINED_OVER_LANDMARKS * float((high - low).mean()))


def find_box(image: np.ndarray, landmarks: int) -> Square:
    """What a network with that many landmarks looks at: the largest face, or the whole picture."""
    return find_face(image) if landmarks == FACE_LANDMARKS else whole_picture(image)


def find_face(image: np.ndarray) -> Square:
    """The training box of the largest face in an RGB image; none is an InputError."""
    found = find_faces(image)
    if not found:
        raise InputError("no face found in the image; give its place with --box X,Y,SIDE")
    return found[0]


def find_faces(image: np.ndarray) -> list[Square]:
    """The training boxes of all faces in an RGB image, the largest first."""
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    shrink = min(1.0, _DETECTOR_PIXELS / max(grey.shape))
    if shrink < 1:
        grey = cv2.resize(grey, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA)
    least = max(24, int(max(grey.shape) * _SMALLEST_FACE))
    found = _detector().detectMultiScale(
        grey, scaleFactor=1.1, minNeighbors=5, minSize=(least, least)
    )
    largest_first = sorted(found, key=lambda box: -box[2])
    return [_trained(*(float(v) / shrink for v in box[:3])) for box in largest_first]


def _trained(left: float, top: float, side: float) -> Square:
    """The training box of a face that the detector found."""
    x, y = left + side / 2 - 0.5, top + side / 2 - 0.5
    return Square(x, y + _TRAINED_BELOW_FOUND * side, _TRAINED_OVER_FOUND * side)


@lru_cache(maxsize=1)
def _detector() -> Any:
    classifier = getattr(cv2, "CascadeClassifier", None)
    if classifier is None:
        raise InputError(
            f"OpenCV {cv2.__version__} has no Haar cascades any more: install"
            " 'opencv-python-headless<5', or give --box X,Y,SIDE"
        )
    folders = [Path(folder) for folder in _SYSTEM_FOLDERS]
    packaged = getattr(cv2, "data", None)
    if packaged:
        folders.insert(0, Path(packaged.haarcascades))
    for folder in folders:
        if (folder / _CASCADE).is_file():
            return classifier(str(folder / _CASCADE))
    raise InputError(
        f"OpenCV's {_CASCADE} is not installed (apt install opencv-data), or give --box X,Y,SIDE"
    )


def crop(image: np.ndarray, square: Square, size: int) -> np.ndarray:
    """The square of the picture as (size, size, 3), black outside the picture."""
    return crops(image, square, size, first_views(1))[0]


def crops(image: np.ndarray, square: Square, size: int, views: Sequence[View]) -> np.ndarray:
    """Views of the square as (views, size, size, 3), black outside the picture.

    The same interpolation as for training crops, whose squares are about twice the network's
    input: from a much larger square the pixels are averaged down to that first.
    """
    corner, side = square.corner, square.side
    shrink = max(1, round(side / size / 2))
    if shrink > 1:
        margin = _VIEWS_MARGIN * side if len(views) > 1 else 0.0
        image, corner = _shrunk(image, square, shrink, 1 + int(np.ceil(margin / shrink)))
        side /= shrink
    zoom = size / side
    matrix = np.array([[zoom, 0, -corner[0] * zoom - 0.5], [0, zoom, -corner[1] * zoom - 0.5]])
    return np.stack(
        [
            cv2.warpAffine(image, view.behind(matrix, size), (size, size), flags=cv2.INTER_LINEAR)
            for view in views
        ]
    )


def _shrunk(
    image: np.ndarray, square: Square, factor: int, margin: int
) -> tuple[np.ndarray, tuple[float, float]]:
    """The square's surroundings with factor x factor pixels averaged, and its corner there.

    `margin` is how many such blocks beyond the square are there on each side.
    """
    blocks = int(np.ceil(square.side / factor)) + 2 * margin + 1
    first = [int(np.floor(edge)) - margin * factor for edge in square.corner]
    region = np.zeros((blocks * factor, blocks * factor, 3), np.uint8)
    spans = []
    for start, length in zip(first, image.shape[1::-1], strict=True):
        begin = max(0, -start)
        end = max(begin, min(len(region), length - start))
        spans.append((slice(begin, end), slice(begin + start, end + start)))
    (to_x, from_x), (to_y, from_y) = spans
    region[to_y, to_x] = image[from_y, from_x]
    small = cv2.resize(region, (blocks, blocks), interpolation=cv2.INTER_AREA)
    left, top = (
        (edge + 0.5 - start) / factor - 0.5
        for edge, start in zip(square.corner, first, strict=True)
    )
    return small, (left, top)


def input_to_picture(points: np.ndarray, square: Square, size: int) -> np.ndarray:
    """Points (..., 2) in pixels of the network's input -> picture coordinates (..., 2)."""
    return (points + 0.5) * (square.side / size) + np.array(square.corner)
