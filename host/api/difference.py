# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Results side by side: whether they are equal, and where they first differ."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from host.api.base import Result


@dataclass(frozen=True)
class Difference:
    """How many frames differ of how many, and the first place with both values, in words."""

    frames: int
    compared: int
    first: str

    def __str__(self) -> str:
        return f"{self.frames} of {self.compared} frames differ from golden, first {self.first}"


def first_difference(found: Result, expected: Result) -> Difference | None:
    """What differs, or None: heatmaps where both have them, else x, y and score."""
    ours, theirs = _compared(found, expected)
    wrong = np.argwhere(ours != theirs)
    if len(wrong) == 0:
        return None
    place = tuple(wrong[0])
    text = f"{_place(*place)}: {ours[place]} instead of {theirs[place]}"
    return Difference(len(np.unique(wrong[:, 0])), len(ours), text)


def _compared(found: Result, expected: Result) -> tuple[np.ndarray, np.ndarray]:
    """Heatmaps (N, H, W, K), or x, y and score of each landmark, (N, K, 3), of both."""
    if found.heatmaps is not None and expected.heatmaps is not None:
        return found.heatmaps, expected.heatmaps
    ours, theirs = (
        np.concatenate([result.landmarks, result.scores[..., None]], axis=2)
        for result in (found, expected)
    )
    return ours, theirs


def _place(frame: int, *position: int) -> str:
    if len(position) == 3:
        y, x, landmark = position
        return f"frame {frame} at ({x}, {y}) landmark {landmark}"
    landmark, which = position
    return f"frame {frame} landmark {landmark} {('x', 'y', 'score')[which]}"
