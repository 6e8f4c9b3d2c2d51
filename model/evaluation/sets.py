# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""The data sets that evaluation knows by name: file, format, protocol, and the figure that stands
for a network on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from hls.common.errors import InputError
from model.config import Config, Source
from model.data.dataset import Dataset
from model.data.load import load_source
from model.evaluation.tables import BINS_MEAN, INNER, own_column

# The outer eye corners, whose distance is 300-W's normaliser.
EYE_CORNERS = (36, 45)


@dataclass(frozen=True)
class NamedSet:
    """A data set: `headline` is the row and column of its table that a summary shows.

    `by_eyes` takes the distance of the outer eye corners for the normaliser.
    """

    name: str
    source: Source
    landmarks: int
    metric: str
    headline: tuple[str, str]
    by_eyes: bool = False

    def load(self, folder: Path | None, split: str = "test") -> Dataset:
        """A split of it under its protocol; InputError where it is missing or damaged."""
        dataset = load_source(self.source, folder, split)
        if dataset.landmarks_count != self.landmarks:
            raise InputError(
                f"{self.source.file} has {dataset.landmarks_count} landmarks per image, expected"
                f" {self.landmarks}"
            )
        if not self.by_eyes:
            return dataset
        left, right = (dataset.landmarks[:, corner] for corner in EYE_CORNERS)
        return replace(dataset, norm=np.linalg.norm(left - right, axis=1))


# As mirrored pictures show (model.check_data): labels drawn partly by hand lie to the right.
WILD68_SHIFTS: Mapping[str, Sequence[float]] = {"merl": (-0.22, -0.25), "w300": (-0.22, -0.25)}
_FACE, _INNER = ("all", "NME %"), ("all", f"{INNER} %")
KNOWN = {
    known.name: known
    for known in (
        NamedSet(
            "aflw2000-3d", Source("aflw2000-3d", "aflw2000-3d"), 68, "nme", (BINS_MEAN, "NME %")
        ),
        # The 300-W protocol; its usual figure for labels with other jaws is that of 51 points.
        NamedSet("helen68", Source("helen68.npz"), 68, "nme", _INNER, by_eyes=True),
        NamedSet("faces68", Source("faces68.npz"), 68, "nme", _FACE),
        NamedSet("wild68", Source("wild68.npz", shifts=WILD68_SHIFTS), 68, "nme", _FACE),
        NamedSet("lsp", Source("lsp", "lsp"), 14, "pck", ("all", "PCK@0.2 %")),
        NamedSet("pose14", Source("pose14.npz"), 14, "pck", ("all", "PCK@0.5 %")),
    )
}


def known_set(name: str) -> NamedSet:
    """The data set of this name, else an InputError."""
    if name not in KNOWN:
        raise InputError(f"unknown data set {name!r}: use {', '.join(KNOWN)}")
    return KNOWN[name]


def own_set(config: Config, split: str = "test") -> NamedSet:
    """What a split of the configuration is, under the protocol of its name where it has one."""
    data = config.data
    source = data.test_source if split == "test" else data.sources[0]
    for known in KNOWN.values():
        packed = source.format == "packed"
        if known.source.format == source.format and (
            not packed or known.source.file == source.file
        ):
            return replace(known, source=source)
    headline = ("all", own_column(data.metric, config.network.landmarks))
    return NamedSet(source.file, source, config.network.landmarks, data.metric, headline)
