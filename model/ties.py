# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Make every decision independent of float rounding.

An activation quantiser sees a per-channel function of an integer. Where that function comes within
a hair of a decision boundary at some integer, the last bit of a float could decide, and PyTorch,
ONNX Runtime and numpy need not agree on it. Such a channel's BatchNorm offset is nudged.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from brevitas.nn import QuantConv2d
from torch import Tensor, nn

from hls.errors import InputError
from model.network import Head, LandmarkNetwork, Skip, Stage, Stem

SMALLEST, LARGEST = 1e-5, 1e-3
ATTEMPTS = 200


@dataclass(frozen=True)
class Decision:
    """A BatchNorm (and activation) between an integer and a quantiser."""

    name: str
    norm: nn.BatchNorm2d
    activation: nn.Module
    bits: int
    values: Tensor

    @property
    def statistics(self) -> tuple[Tensor, Tensor]:
        """BatchNorm's running (mean, variance)."""
        mean, variance = self.norm.running_mean, self.norm.running_var
        assert mean is not None and variance is not None
        return mean.double(), variance.double()

    @property
    def gain(self) -> Tensor:
        """BatchNorm's factor, per channel."""
        return self.norm.weight.double() / torch.sqrt(self.statistics[1] + self.norm.eps)

    @property
    def tie(self) -> Tensor:
        """Per channel, how near is too near: a hundredth of the step between two integers."""
        return (0.01 * self.gain.abs()).clamp(SMALLEST, LARGEST)

    def margin(self) -> Tensor:
        """Per channel, the distance to the nearest decision boundary over all integers."""
        offset = self.norm.bias.double() - self.statistics[0] * self.gain
        x = self.values.double()[:, None] * self.gain + offset
        if isinstance(self.activation, nn.PReLU):
            x = torch.where(x < 0, x * self.activation.weight.double(), x)
        if self.bits == 1:
            return x.abs().amin(dim=0)
        high = 2 ** (self.bits - 1)
        x = x.clamp(-high, high - 1)
        return (x - torch.floor(x) - 0.5).abs().amin(dim=0)

    def tied(self) -> Tensor:
        """Which channels hang on float rounding."""
        return self.margin() < self.tie


def _outputs(conv: QuantConv2d, largest_input: int) -> Tensor:
    """Every integer that the convolution can give, or one grid that holds them all."""
    weights = conv.quant_weight().value.detach().round()
    bound = int(weights.abs().sum(dim=(1, 2, 3)).max()) * largest_input
    return torch.arange(-bound, bound + 1)


def _stage_inputs(network: LandmarkNetwork, name: str) -> Tensor:
    """Integers in front of a stage's first BatchNorm: the residual, or the conv before it."""
    parent, _, stage = name.rpartition(".")
    if stage == "stage1":
        high = 2 ** (network.config.residual_bits - 1)
        return torch.arange(-high, high)
    earlier = network.get_submodule(f"{parent}.stage{int(stage[-1]) - 1}")
    assert isinstance(earlier, Stage)
    return _outputs(earlier.conv.conv, 1)


def decisions(network: LandmarkNetwork) -> Iterator[Decision]:
    """Every quantiser behind a BatchNorm, with the integers that it can meet."""
    none, bits = nn.Identity(), network.config.residual_bits
    residual = torch.arange(-(2 ** (bits - 1)), 2 ** (bits - 1))
    for name, part in network.named_modules():
        if isinstance(part, Stage):
            yield Decision(f"{name}.sign", part.norm, none, 1, _stage_inputs(network, name))
            total = _outputs(part.conv.conv, 1)
            yield Decision(f"{name}.quant", part.out_norm, part.out_activation, bits, total)
        elif isinstance(part, Skip):
            yield Decision(f"{name}.quant", part.norm, none, bits, _outputs(part.conv.conv, 1))
        elif isinstance(part, Stem):
            yield Decision(f"{name}.quant", part.norm, none, bits, _outputs(part.conv, 255))
        elif isinstance(part, Head):
            yield Decision(f"{name}.sign", part.norm, none, 1, residual)
            yield Decision(f"{name}.quant", part.out_norm, none, bits, _outputs(part.conv.conv, 1))


def ties(network: LandmarkNetwork) -> list[str]:
    """Names of quantisers with a channel whose decision hangs on float rounding."""
    return [decision.name for decision in decisions(network) if bool(decision.tied().any())]


def settle_ties(network: LandmarkNetwork) -> int:
    """Nudge offsets until no tie is left; returns how many channels were touched."""
    touched = 0
    with torch.no_grad():
        for decision in decisions(network):
            tied = decision.tied()
            touched += int(tied.sum())
            for attempt in range(ATTEMPTS):
                if not tied.any():
                    break
                nudge = 2.3 * decision.tie * (attempt % 7 + 1)
                decision.norm.bias[tied] += nudge[tied].float()
                tied = decision.tied()
            if tied.any():
                raise InputError(f"{decision.name}: ties remain after {ATTEMPTS} nudges")
    return touched
