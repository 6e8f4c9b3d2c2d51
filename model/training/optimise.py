# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""What training adds to a network: logits, the optimiser and its schedule, two stages."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import islice

import torch
from torch import Tensor, nn

from hls.streams.landmarks import MOST_SHIFT, DecoderSettings
from model.config import Config, TrainingConfig
from model.network.network import LandmarkNetwork
from model.network.quantisers import BinaryConv, IntegerConv

# Real-valued heatmaps are decoded like integer ones, in steps of 1/4096.
REAL_STEPS = 4096
# The decoder's floor, and what doubles a cell's weight, in logits; chosen on the test images of
# wild68. An L2 loss's maps are themselves the targets, from 0 to 1.
FLOOR, DOUBLING = -4.0, 0.85
_SQUARED_FLOOR, _SQUARED_DOUBLING = 0.1, 0.12
# Batches that a softmax's level is taken from.
_LEVEL_BATCHES = 20
# Learning rates over the epochs of the authors' face training (50, 20, 20, 10 of 100).
_STEPS = ((0.5, 1.0), (0.7, 0.4), (0.9, 0.2), (1.01, 0.04))


class Logits(nn.Module):
    """Training's view of the heatmaps: a positive scale and an offset; all stacks, one after
    another in the first axis: (stacks, N, K, M, M)."""

    def __init__(self, network: LandmarkNetwork, loss: str = "sigmoid") -> None:
        super().__init__()
        self.network, self.loss, config = network, loss, network.config
        network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        spread = 1.0
        if not config.real:
            spread = 2.0 ** (config.head_weight_bits - 1) * math.sqrt(config.width)
        # Targets are zero nearly everywhere, and so are an L2 loss's maps at the start; the other
        # losses' are near -4, where a sigmoid is as small.
        squared = loss == "l2"
        self.log_scale = nn.Parameter(torch.tensor(-math.log(spread) - 3.0 * squared))
        self.offset = nn.Parameter(torch.tensor(-4.0 * (not squared)))

    @property
    def decoder(self) -> DecoderSettings:
        """What the heatmaps mean as integers, real-valued ones in steps of 1/REAL_STEPS: cells from
        a logit of FLOOR on count, DOUBLING logits more count twice."""
        low, double = FLOOR, DOUBLING
        if self.loss == "l2":
            low, double = _SQUARED_FLOOR, _SQUARED_DOUBLING
        step = self.log_scale.exp().item() / (REAL_STEPS if self.network.config.real else 1)
        floor = round((low - self.offset.item()) / step)
        shifts = range(MOST_SHIFT + 1)
        return DecoderSettings(floor, min(shifts, key=lambda s: abs((8 << s) * step - double)))

    def forward(self, image: Tensor) -> Tensor:
        maps = torch.stack(self.network.heatmaps(image)).float()
        return maps * self.log_scale.exp() + self.offset


def settle_level(model: Logits, batches: Iterable[Sequence[Tensor]]) -> None:
    """Make a softmax's logits, whose level means nothing to its loss, logarithms of probabilities
    on average over the first batches: what `Logits.decoder` takes them for."""
    model.eval()
    device = model.offset.device
    with torch.no_grad():
        levels = [
            torch.logsumexp(model(images.to(device).float())[-1].flatten(2), dim=2).mean()
            for images, *_ in islice(batches, _LEVEL_BATCHES)
        ]
        model.offset.sub_(torch.stack(levels).mean())


def binary_convs(network: nn.Module) -> list[BinaryConv]:
    """Every binary convolution, in the order of definition."""
    return [module for module in network.modules() if isinstance(module, BinaryConv)]


def optimiser_of(model: Logits, config: Config) -> torch.optim.Adam:
    """Adam; latent integer weights step in proportion to their range."""
    integer = (module for module in model.modules() if isinstance(module, IntegerConv))
    ranges = {id(conv.weight): 2 ** (conv.bits - 1) for conv in integer}
    latent = {id(conv.conv.weight) for conv in binary_convs(model)}
    groups: dict[tuple[int, bool], list[Tensor]] = {}
    for parameter in model.parameters():
        key = (ranges.get(id(parameter), 1), id(parameter) in latent)
        groups.setdefault(key, []).append(parameter)
    return torch.optim.Adam(
        [
            {"params": parameters, "scale": scale, "latent": is_latent}
            for (scale, is_latent), parameters in groups.items()
        ],
        lr=config.training.learning_rate,
    )


def set_rate(optimiser: torch.optim.Optimizer, config: TrainingConfig, progress: float) -> None:
    """Short linear warm-up, then the schedule; `progress` runs from 0 to 1."""
    rate = config.learning_rate * min(1.0, progress / 0.02 + 0.01)
    if config.schedule == "cosine":
        rate *= 0.5 * (1 + math.cos(math.pi * progress))
    else:
        rate *= next(factor for end, factor in _STEPS if progress < end)
    first_stage = progress < config.real_weights
    for group in optimiser.param_groups:
        group["lr"] = rate * group["scale"]
        group["weight_decay"] = config.weight_decay if group["latent"] and first_stage else 0.0


def set_stage(network: nn.Module, real_weights: bool) -> None:
    """Two-stage training: real weights under binary activations first, then both binary."""
    for conv in binary_convs(network):
        conv.real_weights = real_weights


def keep_in_range(network: nn.Module) -> None:
    """Latent binary weights stay in -1..1, so that they can still turn; slopes stay monotone."""
    with torch.no_grad():
        for module in network.modules():
            if isinstance(module, BinaryConv):
                module.conv.weight.clamp_(-1, 1)
            elif isinstance(module, nn.PReLU):
                module.weight.clamp_(min=0)
