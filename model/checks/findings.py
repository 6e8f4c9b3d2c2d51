# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""A finding: what is wrong with data, in one line with the remedy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from model.data.dataset import Dataset


@dataclass(frozen=True)
class Finding:
    """Data with a `fatal` one can't be used as it is; the others are worth a look."""

    what: str
    remedy: str
    fatal: bool = True

    def __str__(self) -> str:
        return f"{'error' if self.fatal else 'warning'}: {self.what}: {self.remedy}"


@dataclass(frozen=True)
class Labelled:
    """All splits of a data set: `split` (N,) says which, `group` (N,) whose the picture is, where
    that is known. Its subsets are the sources."""

    dataset: Dataset
    split: np.ndarray
    group: np.ndarray | None = None


class Joined(Sequence[np.ndarray]):
    """Pictures of several sequences, one after another."""

    def __init__(self, parts: Sequence[Sequence[np.ndarray]]) -> None:
        self.parts = parts
        self.ends = np.cumsum([len(part) for part in parts])

    def __len__(self) -> int:
        return int(self.ends[-1])

    def __getitem__(self, index: Any) -> Any:
        number = int(np.searchsorted(self.ends, index, "right"))
        start = int(self.ends[number - 1]) if number else 0
        return self.parts[number][index - start]


def joined(parts: Mapping[str, Dataset]) -> Labelled:
    """Splits by name as one; they have no groups, and their subsets are no sources."""
    sets = list(parts.values())
    points, visible, norm, box = (
        np.concatenate([getattr(each, key) for each in sets])
        for key in ("landmarks", "visible", "norm", "box")
    )
    whole = Dataset(Joined([each.images for each in sets]), points, visible, norm, box)
    return Labelled(whole, np.repeat(list(parts), [len(each) for each in sets]))


def images(wrong: np.ndarray) -> str:
    """How many of the images (N,) bool are meant, and which is the first."""
    count, first = int(wrong.sum()), int(wrong.argmax())
    return f"image {first}" if count == 1 else f"{count:,} images (the first: {first})"
