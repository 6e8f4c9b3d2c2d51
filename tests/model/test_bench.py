# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""The bare loop of the benchmark trains the same network: same heatmaps, same gradient."""

from __future__ import annotations

import copy

import torch

from model.bench import bare, compare
from model.config import Config
from model.network.randomise import random_network


def test_the_bare_network_is_the_same_one(small: Config) -> None:
    ours = random_network(small)
    theirs = bare(copy.deepcopy(ours))
    images = torch.randint(0, 256, (2, 3, 16, 16), generator=torch.Generator().manual_seed(0))
    maps = [network(images.float()) for network in (ours, theirs)]
    assert torch.equal(*maps)
    for network, found in zip((ours, theirs), maps, strict=True):
        network.zero_grad()
        found.pow(2).mean().backward()
    left, right = ours.head.maps.weight.grad, theirs.head.maps.weight.grad
    assert left is not None and right is not None and torch.allclose(left, right)


def test_both_loops_run(small: Config, monkeypatch) -> None:
    monkeypatch.setattr("model.bench.ROUNDS", 1)
    assert min(compare(small, 16)) > 0
