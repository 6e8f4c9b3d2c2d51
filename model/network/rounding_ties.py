# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Make every decision independent of float rounding.

An activation quantiser sees a per-channel function of an integer. Where that function comes within
a hair of a decision boundary at some integer, the last bit of a float could decide, and PyTorch,
ONNX Runtime and numpy need not agree on it. Such a channel's BatchNorm offset is nudged.
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from hls.common.errors import InputError
from model.network.blocks import Shift, Skip, Stage
from model.network.network import Head, LandmarkNetwork, Stem

# Over twice the share of the largest term by which float32 was seen to miss the exact result.
ROUNDING = 2.0**-21
ATTEMPTS = 200
# A nudge of the offset, in what is too near: more than both sides of a boundary, and no whole
# number, so that it does not lead from one boundary to another.
STEP = 2.3
# The last of the attempts moves the offset by 1.02^200, some fifty times as far as the first.
GROWTH = 1.02
GAIN_EVERY = 7
# Too little for any accuracy, and over a hundred times what float32 resolves.
GAIN_STEP = 1.0003


@dataclass(frozen=True)
class Decision:
    """A BatchNorm and a per-channel function between integers up to +-span and a quantiser."""

    name: str
    norm: nn.BatchNorm2d
    activation: nn.Module
    bits: int
    span: int

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
    def offset(self) -> Tensor:
        """What BatchNorm adds, per channel."""
        return self.norm.bias.double() - self.statistics[0] * self.gain

    @property
    def tie(self) -> Tensor:
        """Per channel, how near is too near: what float32 can be wrong by at a boundary."""
        return ROUNDING * (self.offset.abs() + 2 ** (self.bits - 1))

    def margin(self) -> Tensor:
        """Per channel, the distance to the nearest decision boundary over all integers."""
        x = torch.arange(-self.span, self.span + 1).double()[:, None] * self.gain + self.offset
        with torch.no_grad():
            x = deepcopy(self.activation).double()(x[:, :, None, None])[:, :, 0, 0]
        if self.bits == 1:
            return x.abs().amin(dim=0)
        high = 2 ** (self.bits - 1)
        x = x.clamp(-high, high - 1)
        return (x - torch.floor(x) - 0.5).abs().amin(dim=0)

    def tied(self) -> Tensor:
        """Which channels hang on float rounding."""
        return self.margin() < self.tie

    def nudge(self, tied: Tensor, attempt: int) -> None:
        """Move the offset of the tied channels; at every seventh attempt change the gain, too.

        Evenly spaced levels may all hit a boundary for any offset, but not for any gain. RPReLU's
        last shift also moves its flat part. Steps grow, as all levels of a channel of hardly any
        gain may lie round one boundary.
        """
        last = next(reversed(list(self.activation.children())), None)
        offset = last.offset.view(-1) if isinstance(last, Shift) else self.norm.bias
        turn = attempt % GAIN_EVERY
        step = STEP * GROWTH**attempt * self.tie * (turn + 1)
        offset[tied] += step[tied].float()
        if turn == GAIN_EVERY - 1:
            self.norm.weight[tied] *= GAIN_STEP


def decisions(network: LandmarkNetwork) -> Iterator[Decision]:
    """Every quantiser after a BatchNorm, with the integers that it can meet."""
    none, bits = nn.Identity(), network.config.residual_bits
    stream = 2 ** (bits - 1)
    for name, part in network.named_modules():
        sign, quant = f"{name}.sign", f"{name}.quant"
        if isinstance(part, Stage):
            yield Decision(sign, part.norm, part.shift, 1, part.span)
            if hasattr(part, "out_norm"):
                yield Decision(quant, part.out_norm, part.out_activation, bits, part.total_span)
        elif isinstance(part, Skip):
            yield Decision(quant, part.norm, none, bits, part.total_span)
        elif isinstance(part, Stem):
            yield Decision(quant, part.norm, none, bits, part.span())
        elif isinstance(part, Head):
            yield Decision(sign, part.norm, none, 1, stream)
            yield Decision(quant, part.out_norm, none, bits, network.config.width)


def ties(network: LandmarkNetwork) -> list[str]:
    """Names of quantisers with a channel whose decision hangs on float rounding."""
    return [decision.name for decision in decisions(network) if bool(decision.tied().any())]


def settle_ties(network: LandmarkNetwork) -> int:
    """Nudge offsets until no tie is left; returns how many channels were touched."""
    return sum(map(settle, decisions(network)))


@torch.no_grad()
def settle(decision: Decision) -> int:
    """Nudge one decision's channels; returns how many had to be touched."""
    touched = int(decision.tied().sum())
    for attempt in range(ATTEMPTS):
        tied = decision.tied()
        if not tied.any():
            return touched
        decision.nudge(tied, attempt)
    raise InputError(f"{decision.name}: ties remain after {ATTEMPTS} nudges")
