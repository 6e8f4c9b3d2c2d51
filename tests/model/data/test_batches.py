# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Batches are the same for a seed, whatever the workers; devices share them out."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from hls.common.errors import InputError
from model.config import Config
from model.data.batches import Batch, batches, input_side
from model.data.synthetic import synthetic

DATA = synthetic(24, 14)


def _same(left: list[Batch], right: list[Batch]) -> bool:
    pairs = zip(left, right, strict=True)
    return all(torch.equal(a, b) for one, two in pairs for a, b in zip(one, two, strict=True))


def test_seed_and_epoch_decide(small: Config) -> None:
    other = replace(small, training=replace(small.training, seed=1))
    first = list(batches(DATA, small, 0))
    assert len(first) == 3 and first[0][0].shape == (8, 3, 16, 16)
    assert _same(first, list(batches(DATA, small, 0)))
    assert not _same(first, list(batches(DATA, small, 1)))
    assert not _same(first, list(batches(DATA, other, 0)))


def test_workers_change_nothing(small: Config) -> None:
    assert _same(list(batches(DATA, small, 0)), list(batches(DATA, small, 0, workers=2)))


def test_devices_share_an_epoch_without_overlap(small: Config) -> None:
    config = replace(small, training=replace(small.training, batch_size=4))
    parts = [list(batches(DATA, config, 0, rank=rank, world=2)) for rank in range(2)]
    images = torch.cat([batch[0] for part in parts for batch in part]).flatten(1)
    whole = torch.cat([batch[0] for batch in batches(DATA, config, 0)]).flatten(1)
    assert [len(part) for part in parts] == [3, 3]
    assert len(images.unique(dim=0)) == len(whole.unique(dim=0)) == 24
    assert torch.equal(images.unique(dim=0), whole.unique(dim=0))


def test_half_size_comes_first(small: Config) -> None:
    recipe = replace(small.training, epochs=10, half_size=0.3)
    config = replace(small, network=replace(small.network, input_size=32), training=recipe)
    assert [input_side(config, epoch) for epoch in (0, 2, 3, 9)] == [16, 16, 32, 32]
    assert next(iter(batches(DATA, config, 0)))[0].shape[-1] == 16


def test_too_few_images_for_all_devices(small: Config) -> None:
    with pytest.raises(InputError, match=r"24 images are fewer than one batch of 8 on 4 device"):
        batches(DATA, small, 0, world=4)
