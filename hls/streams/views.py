# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Several looks at one square: how each is cut, and what their landmarks say together.

Coordinates are pixels of the plain view, the S x S network input that shows the square as it is
(integer pixel centres). A view's matrix takes them to the view's own pixels; composed with the
matrix from the picture to the plain view (`behind`), it cuts the view with one warp, mirror image
included. The first N of the list are the views for N inferences: 1 the plain one, 2 its mirror
image too.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from hls.common.errors import InputError
from hls.streams.mirror import flip_table

COUNTS = (1, 2, 4, 8, 16)
# Landmarks of several views this share of the side apart are one and the same, more or less.
TOGETHER = 1 / 16


@dataclass(frozen=True)
class View:
    """A look at the square: moved by shares of its side, enlarged, turned, or mirrored."""

    right: float = 0.0
    down: float = 0.0
    scale: float = 1.0
    degrees: float = 0.0
    mirrored: bool = False

    def matrix(self, size: int) -> np.ndarray:
        """2 x 3: pixels of the plain view -> pixels of this one; read only."""
        return _ways(self, size)[0]

    def behind(self, matrix: np.ndarray, size: int) -> np.ndarray:
        """2 x 3: what `matrix` (2 x 3) takes to the plain view -> pixels of this one."""
        own = self.matrix(size)
        joined: np.ndarray = own[:, :2] @ matrix
        joined[:, 2] += own[:, 2]
        return joined

    def back(self, points: np.ndarray, size: int) -> np.ndarray:
        """Landmarks (..., K, 2) in this view's pixels -> the plain view's, float64.

        InputError for a mirrored view of landmarks whose left and right are not known.
        """
        matrix, turn_back = _ways(self, size)
        plain: np.ndarray = (points - matrix[:, 2]) @ turn_back
        return plain[..., flip_table(points.shape[-2]), :] if self.mirrored else plain

    def in_order(self, scores: np.ndarray) -> np.ndarray:
        """Scores (..., K) of this view's landmarks in the plain view's order."""
        return scores[..., flip_table(scores.shape[-1])] if self.mirrored else scores


@cache
def _ways(view: View, size: int) -> tuple[np.ndarray, np.ndarray]:
    """A view's matrix (2 x 3), and what turns rows of points back (2 x 2): every frame of a stream
    needs them."""
    angle, middle = np.deg2rad(view.degrees), (size - 1) / 2
    cosine, sine = view.scale * np.cos(angle), view.scale * np.sin(angle)
    turn = np.array([[cosine, -sine], [sine, cosine]])
    offset = middle + size * np.array([view.right, view.down]) - turn @ [middle, middle]
    matrix = np.concatenate([turn, offset[:, None]], axis=1)
    if view.mirrored:
        matrix[0] = [0, 0, size - 1] - matrix[0]
    turn_back = np.linalg.inv(matrix[:, :2]).T
    matrix.flags.writeable = turn_back.flags.writeable = False
    return matrix, turn_back


# Each crop is looked at plain and mirrored; a view and the next have opposite turns, so that every
# count is balanced.
_CROPS = (
    (0.01, -0.01, 1.05, 6.0),
    (-0.01, 0.01, 0.95, -6.0),
    (0.01, 0.01, 1.0, 10.0),
    (-0.01, -0.01, 1.05, -10.0),
    (-0.015, 0.0, 1.1, 3.0),
    (0.0, 0.015, 1.0, -3.0),
    (0.0, -0.015, 0.95, 0.0),
)
# Crops of the views from the third on: even ones are plain, odd ones mirrored.
_ORDER = (0, 1, 2, 3, 4, 5, 1, 0, 3, 2, 5, 4, 6, 6)
VIEWS = (
    View(),
    View(mirrored=True),
    *(View(*_CROPS[crop], mirrored=place % 2 == 1) for place, crop in enumerate(_ORDER)),
)


def first_views(count: int) -> tuple[View, ...]:
    """The views for `count` inferences per square; InputError unless it is one of COUNTS."""
    if count not in COUNTS:
        raise InputError(f"{count} views: use {', '.join(map(str, COUNTS[:-1]))} or {COUNTS[-1]}")
    return VIEWS[:count]


def combined(points: np.ndarray, scores: np.ndarray, size: int) -> np.ndarray:
    """Landmarks (V, N, K, 2) of V views in pixels of the plain view, whose side is `size`, and
    their scores (V, N, K) -> (N, K, 2).

    Views vote: the landmark that most others lie near (of equals, the one with the highest score)
    and a mean of what lies near it, weighted by a Gaussian of TOGETHER of the side. Where all agree
    that is their mean; a view that takes a left arm for the right one has no say, which neither
    mean nor median of a few views can promise.
    """
    if len(points) == 1:
        return points[0]
    width = TOGETHER * size
    near = np.exp(-np.square(points[:, None] - points[None]).sum(axis=-1) / (2 * width**2))
    support = near.sum(axis=1)
    # Equal but for rounding: two views support each other alike.
    leading = support >= support.max(axis=0) * (1 - 1e-9)
    chosen = np.where(leading, scores, -np.inf).argmax(axis=0)
    weights = np.take_along_axis(near, chosen[None, None], axis=0)[0]
    return np.einsum("vnk,vnkc->nkc", weights / weights.sum(axis=0), points)
