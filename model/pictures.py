# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Pictures of what a network found: green the truth, red what was found."""

from __future__ import annotations

import cv2
import numpy as np

_TRUTH, _FOUND, _SIDE = (60, 200, 60), (230, 40, 40), 192


def drawn(image: np.ndarray, truth: np.ndarray, found: np.ndarray, label: str = "") -> np.ndarray:
    """One input (S, S, 3) enlarged, with points (K, 2) in its pixels and a line of text."""
    zoom = _SIDE / len(image)
    picture = cv2.resize(image, (_SIDE, _SIDE), interpolation=cv2.INTER_LINEAR)
    for points, colour in ((truth, _TRUTH), (found, _FOUND)):
        for x, y in ((points + 0.5) * zoom).tolist():
            cv2.circle(picture, (round(x), round(y)), 2, colour, -1, cv2.LINE_AA)
    if label:
        cv2.putText(picture, label, (4, 14), cv2.FONT_HERSHEY_SIMPLEX, 0.42, (255, 255, 0), 1)
    return picture


def gallery(
    images: np.ndarray, truth: np.ndarray, found: np.ndarray, labels: list[str], columns: int = 4
) -> np.ndarray:
    """Drawn inputs side by side, row after row."""
    views = [drawn(*each) for each in zip(images, truth, found, labels, strict=True)]
    blank = np.zeros_like(views[0])
    views += [blank] * (-len(views) % columns)
    rows = [np.hstack(views[i : i + columns]) for i in range(0, len(views), columns)]
    return np.vstack(rows)
