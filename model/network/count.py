# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Parameters and multiplications of a configuration's network."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from model.config import Config
from model.network.network import LandmarkNetwork
from model.network.quantisers import BinaryConv

_KINDS = ("binary", "integer")


@dataclass
class Count:
    """Weights and multiply-accumulates per frame."""

    weights: int = 0
    macs: int = 0


def count(config: Config) -> dict[str, Count]:
    """Counts of the binary, the integer and (in a twin) the real convolutions, by shapes alone."""
    with torch.device("meta"):
        network = LandmarkNetwork(config.network)
    binary = {id(m.conv) for m in network.modules() if isinstance(m, BinaryConv)}
    totals = {kind: Count() for kind in (("real",) if config.network.real else _KINDS)}

    def hook(module: nn.Module, _inputs: object, output: Tensor) -> None:
        assert isinstance(module, nn.Conv2d)
        kind = "real" if config.network.real else _KINDS[id(module) not in binary]
        totals[kind].weights += module.weight.numel()
        totals[kind].macs += module.weight.numel() * output.shape[2] * output.shape[3]

    for module in network.modules():
        if isinstance(module, nn.Conv2d):
            module.register_forward_hook(hook)
    size = config.network.input_size
    with torch.no_grad():
        network.eval()(torch.zeros(1, 3, size, size, device="meta"))
    return totals
