# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Untrained networks with realistic, awkward statistics: for tests and for the equality gate."""

from __future__ import annotations

import torch
from torch import nn

from model.config import Config
from model.network import LandmarkNetwork
from model.ties import settle_ties


def random_network(config: Config, seed: int = 0) -> LandmarkNetwork:
    """Random weights; BatchNorm gains of both signs and statistics taken from random images."""
    generator = torch.Generator().manual_seed(seed)
    torch.manual_seed(seed)
    network = LandmarkNetwork(config.network)
    norms = [module for module in network.modules() if isinstance(module, nn.BatchNorm2d)]
    with torch.no_grad():
        for norm in norms:
            norm.momentum = None
            flips = torch.rand(norm.num_features, generator=generator) < 0.3
            norm.weight.mul_(0.5 + torch.rand(norm.num_features, generator=generator))
            norm.weight[flips] *= -1
            norm.bias.add_(0.5 * torch.randn(norm.num_features, generator=generator))
        size = config.network.input_size
        images = torch.randint(0, 256, (4, 3, size, size), generator=generator).float()
        network.train()(images)
    settle_ties(network)
    return network.eval()
