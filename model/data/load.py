# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Splits of the data sets that a configuration names, whatever their formats."""

from __future__ import annotations

import os
from pathlib import Path

from hls.common.errors import InputError
from model.config import Config, Source
from model.data.dataset import Dataset
from model.data.formats import DATA_SETS
from model.data.packed import load_packed


def data_folder(given: Path | None) -> Path | None:
    """--data, or the environment's LANDMARK_DATA."""
    return given or (Path(os.environ["LANDMARK_DATA"]) if "LANDMARK_DATA" in os.environ else None)


def dataset_of(config: Config, folder: Path | None, split: str) -> Dataset:
    """A split of the configuration's own data set, the first of its files for training; its
    landmark count has to be the network's."""
    source = config.data.test_source if split == "test" else config.data.sources[0]
    return fitting(config, source, load_source(source, folder, split))


def fitting(config: Config, source: Source, dataset: Dataset) -> Dataset:
    """The data set if its landmarks are as many as the network's, else an InputError."""
    if dataset.landmarks_count != config.network.landmarks:
        raise InputError(
            f"{source.file} has {dataset.landmarks_count} landmarks per image,"
            f" {config.name} predicts {config.network.landmarks}"
        )
    return dataset


def load_source(source: Source, folder: Path | None, split: str) -> Dataset:
    """One split of a data file in `folder`; of its `subset` for training."""
    if folder is None or not folder.is_dir():
        raise InputError(f"data folder {folder} is missing: give --data or set LANDMARK_DATA")
    if source.format == "packed":
        dataset = load_packed(folder / source.file, split, source.shifts)
    elif source.format in DATA_SETS:
        dataset = DATA_SETS[source.format](folder / source.file, split)
    else:
        known = ", ".join(DATA_SETS)
        raise InputError(f"unknown data format {source.format!r}: packed, {known}")
    return dataset.part(source.subset) if source.subset and split == "train" else dataset
