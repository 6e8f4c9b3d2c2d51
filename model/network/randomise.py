# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Untrained networks with realistic, awkward statistics: for tests and for the equality gate."""

from __future__ import annotations

import torch
from torch import nn

from model.config import Config
from model.network.blocks import Shift
from model.network.network import LandmarkNetwork
from model.network.rounding_ties import settle_ties


def random_network(config: Config, seed: int = 0) -> LandmarkNetwork:
    """Random weights, slopes and shifts; BatchNorm statistics taken from random images."""
    torch.manual_seed(seed)
    return randomise(LandmarkNetwork(config.network), seed)


def randomise(network: LandmarkNetwork, seed: int = 0) -> LandmarkNetwork:
    """Awkward numbers for all but the weights; an exact network has no ties afterwards."""
    generator = torch.Generator().manual_seed(seed)
    size = network.config.input_size
    with torch.no_grad():
        for module in network.modules():
            _disturb(module, generator)
        images = torch.randint(0, 256, (4, 3, size, size), generator=generator).float()
        network.train()(images)
    if not network.config.inexact:
        settle_ties(network)
    return network.eval()


def _disturb(module: nn.Module, generator: torch.Generator) -> None:
    """BatchNorm gains of both signs, shifts, and slopes from flat to steeper than 1."""
    if isinstance(module, nn.BatchNorm2d):
        module.momentum = None
        flips = torch.rand(module.num_features, generator=generator) < 0.3
        module.weight.mul_(0.5 + torch.rand(module.num_features, generator=generator))
        module.weight[flips] *= -1
        module.bias.add_(0.5 * torch.randn(module.num_features, generator=generator))
    elif isinstance(module, nn.PReLU):
        slopes = 1.5 * torch.rand(module.num_parameters, generator=generator)
        module.weight.copy_(slopes.where(slopes > 0.3, 0))
    elif isinstance(module, Shift):
        module.offset.add_(0.5 * torch.randn(module.offset.shape, generator=generator))
