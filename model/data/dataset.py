# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Landmark data: what a split is.

Coordinates are pixels with integer pixel centres, x before y.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from hls.common.errors import InputError


@dataclass(frozen=True)
class Dataset:
    """One split: pictures (H, W, 3) uint8 RGB, landmarks (N, K, 2), boxes (N, 3).

    `visible` (N, K) is what counts in loss and metric, `norm` (N,) the metric's normaliser (NaN:
    not counted), `subsets` name images (N,) that are also reported by themselves.
    """

    images: Sequence[np.ndarray]
    landmarks: np.ndarray
    visible: np.ndarray
    norm: np.ndarray
    box: np.ndarray
    subsets: Mapping[str, np.ndarray] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.images)

    @property
    def landmarks_count(self) -> int:
        """Landmarks per image."""
        return int(self.landmarks.shape[1])

    def part(self, subset: str) -> Dataset:
        """The images of one subset; InputError where it has no such name."""
        if subset not in self.subsets:
            known = ", ".join(self.subsets) or "none"
            raise InputError(f"the data has no subset {subset!r}; known: {known}")
        return self.at(np.flatnonzero(self.subsets[subset]))

    def at(self, places: np.ndarray) -> Dataset:
        """The images at these places (N,)."""
        fields = (self.landmarks, self.visible, self.norm, self.box)
        points, visible, norm, box = (values[places] for values in fields)
        images = Chosen(self.images, places)
        subsets = {name: mask[places] for name, mask in self.subsets.items()}
        return Dataset(images, points, visible, norm, box, subsets)

    def spread(self, count: int) -> Dataset:
        """So many images at even distances, or all if there are no more."""
        if count >= len(self):
            return self
        return self.at(np.linspace(0, len(self) - 1, count).round().astype(np.int64))


class Chosen(Sequence[np.ndarray]):
    """Some images of a sequence, by their places (N,)."""

    def __init__(self, images: Sequence[np.ndarray], places: np.ndarray) -> None:
        self.images, self.places = images, places

    def __len__(self) -> int:
        return len(self.places)

    def __getitem__(self, place: Any) -> Any:
        if isinstance(place, slice):
            return Chosen(self.images, self.places[place])
        return self.images[int(self.places[place])]
