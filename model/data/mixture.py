# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""What a configuration trains on: several data sets, each image drawn as often as its weight says,
and squares without a face."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from model.config import Config
from model.data.dataset import Dataset
from model.data.load import fitting, load_source


@dataclass(frozen=True)
class Part:
    """A data set and how many of its images an epoch draws; `faceless` parts give squares of it
    that show no face."""

    dataset: Dataset
    draws: int
    faceless: bool = False

    def chosen(self, random: np.random.Generator) -> np.ndarray:
        """The images of one epoch: each one equally often, the remainder drawn at random."""
        count = len(self.dataset)
        whole, rest = divmod(self.draws, count)
        return np.concatenate([np.tile(np.arange(count), whole), random.permutation(count)[:rest]])


@dataclass(frozen=True)
class Mixture:
    """The parts of one training set; its length is the images of an epoch."""

    parts: tuple[Part, ...]

    def __len__(self) -> int:
        return sum(part.draws for part in self.parts)

    def epoch(self, random: np.random.Generator) -> np.ndarray:
        """(part, image) of every image of an epoch (N, 2), in the order of parts."""
        columns = [
            np.stack([np.full(part.draws, number), part.chosen(random)], axis=1)
            for number, part in enumerate(self.parts)
        ]
        return np.concatenate(columns)


def only(dataset: Dataset) -> Mixture:
    """A single data set, each image once per epoch."""
    return Mixture((Part(dataset, len(dataset)),))


def training_set(config: Config, folder: Path | None) -> Mixture:
    """The training splits of the configuration's files, by their weights, and faceless squares."""
    data = config.data
    loaded = [(source, load_source(source, folder, "train")) for source in data.sources]
    parts = [
        Part(fitting(config, source, dataset), max(1, round(source.weight * len(dataset))))
        for source, dataset in loaded
    ]
    if data.faceless:
        others = [load_source(source, folder, "train") for source in data.faceless_files]
        wanted = data.faceless / (1 - data.faceless) * sum(part.draws for part in parts)
        parts += _faceless([parts[0].dataset, *others], round(wanted))
    return Mixture(tuple(parts))


def _faceless(datasets: list[Dataset], wanted: int) -> Iterator[Part]:
    """Equal shares of all data sets."""
    for number, dataset in enumerate(datasets):
        draws = wanted * (number + 1) // len(datasets) - wanted * number // len(datasets)
        if draws:
            yield Part(dataset, draws, faceless=True)
