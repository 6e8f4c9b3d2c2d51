# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Landmarks drawn on a picture: 68-point face contours, a 14-joint skeleton, or dots alone."""

from __future__ import annotations

import cv2
import numpy as np

Colour = tuple[int, int, int]

# First and last landmark (iBUG order), closed or not, colour (RGB).
_FACE: tuple[tuple[int, int, bool, Colour], ...] = (
    (0, 16, False, (80, 170, 255)),
    (17, 21, False, (255, 190, 60)),
    (22, 26, False, (255, 190, 60)),
    (27, 30, False, (120, 230, 120)),
    (30, 35, True, (120, 230, 120)),
    (36, 41, True, (255, 255, 255)),
    (42, 47, True, (255, 255, 255)),
    (48, 59, True, (255, 90, 130)),
    (60, 67, True, (255, 90, 130)),
)

_RIGHT, _LEFT, _MIDDLE = (80, 170, 255), (255, 150, 60), (120, 230, 120)
# Leeds Sports Pose joints: right leg 0-2, left leg 3-5, right arm 6-8, left arm 9-11, neck, head.
_POSE: tuple[tuple[int, int, Colour], ...] = (
    (0, 1, _RIGHT), (1, 2, _RIGHT), (3, 4, _LEFT), (4, 5, _LEFT), (6, 7, _RIGHT), (7, 8, _RIGHT),
    (9, 10, _LEFT), (10, 11, _LEFT), (2, 3, _MIDDLE), (2, 8, _RIGHT), (3, 9, _LEFT),
    (8, 12, _RIGHT), (9, 12, _LEFT), (12, 13, _MIDDLE),
)  # fmt: skip

_POINT: Colour = (255, 240, 90)
_EDGE: Colour = (0, 0, 0)
# OpenCV draws at whole pixels unless given fixed-point coordinates of this many fraction bits.
_FRACTION_BITS = 4
# Pictures are enlarged until landmarks spread over this many pixels, so that dots and lines don't
# hide what they mark, but not beyond the second number of pixels a side.
_LEAST_SPREAD = 320
_LEAST_RIMMED = 160
_LARGEST_SIDE = 2000


def draw_landmarks(image: np.ndarray, faces: list[np.ndarray], enlarge: bool = True) -> np.ndarray:
    """A copy of the RGB image with each face's landmarks (K, 2), enlarged where they are dense."""
    factor = _enlargement(image, faces) if enlarge else 1
    if factor == 1:
        canvas = image.copy()
    else:
        canvas = cv2.resize(image, None, fx=factor, fy=factor, interpolation=cv2.INTER_CUBIC)
    for points in faces:
        _draw_one(canvas, (points + 0.5) * factor - 0.5)
    return canvas


def _enlargement(image: np.ndarray, faces: list[np.ndarray]) -> int:
    spread = min((_spread(points) for points in faces), default=_LEAST_SPREAD)
    wanted = int(np.ceil(_LEAST_SPREAD / max(spread, 1.0)))
    return max(1, min(wanted, _LARGEST_SIDE // max(image.shape[:2])))


def _spread(points: np.ndarray) -> float:
    return float(np.ptp(points, axis=0).max())


def _draw_one(canvas: np.ndarray, points: np.ndarray) -> None:
    size = _spread(points)
    width = int(np.clip(round(size / 170), 1, 12))
    radius = np.clip(size / 110, 1.0, 14)
    lines = _lines(points)
    # A dark rim keeps lines and dots visible on any background, but hides a small face.
    if size >= _LEAST_RIMMED:
        for line, closed, _ in lines:
            cv2.polylines(canvas, [line], closed, _EDGE, width + 2, cv2.LINE_AA, _FRACTION_BITS)
        for point in points:
            _dot(canvas, point, radius + max(1.0, radius / 3), _EDGE)
    for line, closed, colour in lines:
        cv2.polylines(canvas, [line], closed, colour, width, cv2.LINE_AA, _FRACTION_BITS)
    for point in points:
        _dot(canvas, point, radius, _POINT)


def _lines(points: np.ndarray) -> list[tuple[np.ndarray, bool, Colour]]:
    fixed = _fixed(points)
    if len(points) == 68:
        return [(fixed[first : last + 1], closed, colour) for first, last, closed, colour in _FACE]
    if len(points) == 14:
        return [(fixed[[start, end]], False, colour) for start, end, colour in _POSE]
    return []


def _dot(canvas: np.ndarray, point: np.ndarray, radius: float, colour: Colour) -> None:
    x, y = (int(v) for v in _fixed(point))
    size = round(radius * (1 << _FRACTION_BITS))
    cv2.circle(canvas, (x, y), size, colour, cv2.FILLED, cv2.LINE_AA, _FRACTION_BITS)


def _fixed(points: np.ndarray) -> np.ndarray:
    return np.round(points * (1 << _FRACTION_BITS)).astype(np.int32)
