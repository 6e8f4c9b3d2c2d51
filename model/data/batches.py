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

from hls.common.errors import InputError
from model.config import Config
from model.data.augment import augment, recolour
from model.data.dataset import Dataset
from model.data.faceless import faceless_view
from model.data.mixture import Mixture, only

Batch = tuple[Tensor, Tensor, Tensor]
# Where the landmarks of a view without a face are: so far out that every target is zero.
FAR_AWAY = -1e4

# Workers come from a server without threads: a fork of this process, which has some, may hang.
_WORKERS = multiprocessing.get_context("forkserver")
_WORKERS.set_forkserver_preload([__name__])


class Views(TorchDataset[Batch]):
    """One epoch's views: image (3, S, S) uint8, landmarks (K, 2) in its pixels, visible (K,).

    A view without a face has every landmark far away, so that all its targets are empty.
    """

    def __init__(self, mixture: Mixture, config: Config, epoch: int, size: int) -> None:
        self.mixture, self.config, self.epoch, self.size = mixture, config, epoch, size
        self.chosen = mixture.epoch(np.random.default_rng([config.training.seed, epoch, 1]))

    def __getitem__(self, place: int) -> Batch:
        number, index = self.chosen[place].tolist()
        part = self.mixture.parts[number]
        random = np.random.default_rng([self.config.training.seed, self.epoch, place])
        if part.faceless:
            return self._faceless(part.dataset, index, random)
        data = part.dataset
        view, points = augment(
            data.images[index], data.landmarks[index], data.box[index], self.size,
            self.config.data, random,
        )  # fmt: skip
        return _tensors(view, points, data.visible[index])

    def _faceless(self, data: Dataset, index: int, random: np.random.Generator) -> Batch:
        """A square without a face from this picture, or from the next one that has room."""
        view = None
        for step in range(len(data)):
            view = faceless_view(data, (index + step) % len(data), self.size, random)
            if view is not None:
                break
        if view is None:
            raise InputError("no training picture has room for a square without a face")
        landmarks = self.config.network.landmarks
        points = np.full((landmarks, 2), FAR_AWAY, np.float32)
        view = view[:, ::-1] if random.random() < self.config.data.flip else view
        view = recolour(view, self.config.data.colour, random)
        return _tensors(view, points, np.ones(landmarks, bool))


def _tensors(view: np.ndarray, points: np.ndarray, visible: np.ndarray) -> Batch:
    image = torch.from_numpy(np.ascontiguousarray(view)).permute(2, 0, 1)
    floats = torch.from_numpy(points.astype(np.float32)), torch.from_numpy(visible.astype("f4"))
    return (image, *floats)


def input_side(config: Config, epoch: int) -> int:
    """The side of the pictures in this epoch: half of it in the first ones, where asked for."""
    half = epoch < config.training.half_size * config.training.epochs
    return config.network.input_size // (2 if half else 1)


def batches(
    dataset: Dataset | Mixture, config: Config, epoch: int, *, workers: int = 0, rank: int = 0,
    world: int = 1,
) -> DataLoader[Batch]:  # fmt: skip
    """One epoch for one of `world` devices: images (N, 3, S, S) uint8, landmarks, visible."""
    mixture = only(dataset) if isinstance(dataset, Dataset) else dataset
    size = config.training.batch_size
    order = np.random.default_rng([config.training.seed, epoch]).permutation(len(mixture))
    steps = len(order) // (size * world)
    if not steps:
        raise InputError(
            f"{len(order)} images are fewer than one batch of {size} on {world} device(s):"
            " lower batch_size"
        )
    chosen = order[: steps * size * world].reshape(steps, world, size)[:, rank]
    views = Views(mixture, config, epoch, input_side(config, epoch))
    context = _WORKERS if workers else None
    return DataLoader(
        views, batch_sampler=chosen.tolist(), num_workers=workers, multiprocessing_context=context
    )
