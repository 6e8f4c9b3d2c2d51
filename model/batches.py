# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Augmented batches: the same ones for a seed, whatever the workers and devices."""

from __future__ import annotations

import multiprocessing

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader
from torch.utils.data import Dataset as TorchDataset

from hls.errors import InputError
from model.augment import augment
from model.config import Config
from model.data import Dataset

Batch = tuple[Tensor, Tensor, Tensor]

# Workers come from a server without threads: a fork of this process, which has some, may hang.
_WORKERS = multiprocessing.get_context("forkserver")
_WORKERS.set_forkserver_preload([__name__])


class Views(TorchDataset[Batch]):
    """One epoch's views: image (3, S, S) uint8, landmarks (K, 2) in its pixels, visible (K,)."""

    def __init__(self, dataset: Dataset, config: Config, epoch: int, size: int) -> None:
        self.dataset, self.config, self.epoch, self.size = dataset, config, epoch, size

    def __getitem__(self, index: int) -> Batch:
        data, seed = self.dataset, self.config.training.seed
        random = np.random.default_rng([seed, self.epoch, index])
        view, points = augment(
            data.images[index], data.landmarks[index], data.box[index], self.size,
            self.config.data, random,
        )  # fmt: skip
        image = torch.from_numpy(np.ascontiguousarray(view)).permute(2, 0, 1)
        visible = torch.from_numpy(data.visible[index].astype(np.float32))
        return image, torch.from_numpy(points.astype(np.float32)), visible


def input_side(config: Config, epoch: int) -> int:
    """The side of the pictures in this epoch: half of it in the first ones, where asked for."""
    half = epoch < config.training.half_size * config.training.epochs
    return config.network.input_size // (2 if half else 1)


def batches(
    dataset: Dataset, config: Config, epoch: int, *, workers: int = 0, rank: int = 0, world: int = 1
) -> DataLoader[Batch]:
    """One epoch for one of `world` devices: images (N, 3, S, S) uint8, landmarks, visible."""
    size = config.training.batch_size
    order = np.random.default_rng([config.training.seed, epoch]).permutation(len(dataset))
    steps = len(order) // (size * world)
    if not steps:
        raise InputError(
            f"{len(order)} images are fewer than one batch of {size} on {world} device(s):"
            " lower batch_size"
        )
    chosen = order[: steps * size * world].reshape(steps, world, size)[:, rank]
    views = Views(dataset, config, epoch, input_side(config, epoch))
    context = _WORKERS if workers else None
    return DataLoader(
        views, batch_sampler=chosen.tolist(), num_workers=workers, multiprocessing_context=context
    )
