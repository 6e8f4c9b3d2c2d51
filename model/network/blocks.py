# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Residual blocks: the paper's hierarchical one (HPM) and those that it is compared with.

Tensors between blocks are the residual stream, signed b-bit integers (N, C, H, W). In the
real-valued twin the same modules hold real numbers.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from model.config import NetworkConfig
from model.network.quantisers import BinaryConv, residual, sign


def batch_norm(channels: int, config: NetworkConfig, gain: float = 1.0) -> nn.BatchNorm2d:
    """BatchNorm whose gain starts at `gain`.

    What comes in are integers, so a variance far below 1 is that of a channel that hardly ever
    changes. The usual epsilon would magnify its gradient 300-fold, and that of a deep hourglass by
    ten orders of magnitude, after which Adam stands still.
    """
    norm = nn.BatchNorm2d(channels, eps=1e-5 if config.real else 1.0)
    nn.init.constant_(norm.weight, gain)
    return norm


def full_gain(config: NetworkConfig) -> float:
    """The gain with which three sigma fill the residual's range."""
    return 1.0 if config.real else 2 ** (config.residual_bits - 1) / 3


def binarise(config: NetworkConfig) -> nn.Module:
    """Sign, or the twin's ReLU."""
    return nn.ReLU() if config.real else sign()


def quantise(config: NetworkConfig) -> nn.Module:
    """Round and clip to the residual's bits; nothing in the twin."""
    return nn.Identity() if config.real else residual(config.residual_bits)


def convolution(
    inputs: int, outputs: int, config: NetworkConfig, kernel: int, groups: int = 1
) -> nn.Module:
    """Binary convolution, or the twin's real one."""
    if config.real:
        return nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2, groups=groups, bias=False)
    return BinaryConv(inputs, outputs, kernel, config.padding, groups)


class Shift(nn.Module):
    """A learned offset for each channel (ReActNet's RSign, and part of RPReLU)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.offset = nn.Parameter(torch.zeros(channels, 1, 1))

    def forward(self, x: Tensor) -> Tensor:
        return x + self.offset


def activation(kind: str, channels: int) -> nn.Module:
    """The function between a conv's BatchNorm and the residual's quantiser."""
    if kind == "rprelu":
        return nn.Sequential(Shift(channels), nn.PReLU(channels), Shift(channels))
    return {"relu": nn.ReLU(), "prelu": nn.PReLU(channels)}.get(kind, nn.Identity())


class Stage(nn.Module):
    """BN -> sign -> binary conv; with `output`, its integers also go through BN to the residual.

    `span` is the largest absolute integer that can come in.
    """

    def __init__(
        self, inputs: int, outputs: int, config: NetworkConfig, *, span: int, kernel: int = 3,
        output: bool = True,
    ) -> None:  # fmt: skip
        super().__init__()
        self.span = span
        self.norm = batch_norm(inputs, config)
        self.shift = Shift(inputs) if config.learned_shift else nn.Identity()
        self.sign = binarise(config)
        groups = config.cardinality if kernel > 1 else 1
        self.conv = convolution(inputs, outputs, config, kernel, groups)
        self.total_span = inputs // groups * kernel**2
        if output:
            self.out_norm = batch_norm(outputs, config, config.branch_gain * full_gain(config))
            self.out_activation = activation(config.activation, outputs)
            self.quant = quantise(config)

    def bits(self, x: Tensor) -> Tensor:
        """The conv's binary input."""
        return self.sign(self.shift(self.norm(x)))

    def forward(self, x: Tensor) -> Tensor:
        return self.conv(self.bits(x))

    def out(self, total: Tensor) -> Tensor:
        """What the conv's integers add to the residual."""
        return self.quant(self.out_activation(self.out_norm(total)))


class Skip(nn.Module):
    """1x1 binary conv on the skip where widths differ; shares the block's first sign."""

    def __init__(self, inputs: int, outputs: int, config: NetworkConfig) -> None:
        super().__init__()
        self.conv = convolution(inputs, outputs, config, 1)
        self.total_span = inputs
        self.norm = batch_norm(outputs, config, full_gain(config))
        self.quant = quantise(config)

    def forward(self, bits: Tensor) -> Tensor:
        return self.quant(self.norm(self.conv(bits)))


class Block(nn.Module):
    """A residual block: branches side by side in the channels, plus the skip, clipped."""

    stage1: Stage

    def __init__(self, inputs: int, outputs: int, config: NetworkConfig) -> None:
        super().__init__()
        self.stream = 2 ** (config.residual_bits - 1)
        self.build(inputs, outputs, config)
        self.skip = Skip(inputs, outputs, config) if inputs != outputs else None
        self.clip = quantise(config)

    def build(self, inputs: int, outputs: int, config: NetworkConfig) -> None:
        """Make the stages."""
        raise NotImplementedError

    def branches(self, bits: Tensor, x: Tensor) -> list[Tensor]:
        """What is added to the skip; `bits` is stage1's binary input, made of `x`."""
        raise NotImplementedError

    def forward(self, x: Tensor) -> Tensor:
        bits = self.stage1.bits(x)
        parts = self.branches(bits, x)
        joined = parts[0] if len(parts) == 1 else torch.cat(parts, dim=1)
        return self.clip(joined + (x if self.skip is None else self.skip(bits)))


class HPM(Block):
    """Hierarchical, parallel, multi-scale block of the paper: three 3x3 convs, one after another.

    Each conv's integers go to two places: the next stage and the concat.
    """

    def build(self, inputs: int, outputs: int, config: NetworkConfig) -> None:
        half, quarter = outputs // 2, outputs // 4
        self.stage1 = Stage(inputs, half, config, span=self.stream)
        self.stage2 = Stage(half, quarter, config, span=self.stage1.total_span)
        self.stage3 = Stage(quarter, quarter, config, span=self.stage2.total_span)

    def branches(self, bits: Tensor, x: Tensor) -> list[Tensor]:
        total = self.stage1.conv(bits)
        first = self.stage1.out(total)
        total = self.stage2(total)
        second = self.stage2.out(total)
        return [first, second, self.stage3.out(self.stage3(total))]


class Bottleneck(Block):
    """The hourglass's own block: 1x1 to half the width, 3x3, 1x1 back."""

    share = 2

    def build(self, inputs: int, outputs: int, config: NetworkConfig) -> None:
        middle = outputs // self.share
        self.stage1 = Stage(inputs, middle, config, span=self.stream, kernel=1, output=False)
        span = self.stage1.total_span
        self.stage2 = Stage(middle, middle, config, span=span, output=False)
        self.stage3 = Stage(middle, outputs, config, span=self.stage2.total_span, kernel=1)

    def branches(self, bits: Tensor, x: Tensor) -> list[Tensor]:
        return [self.stage3.out(self.stage3(self.stage2(self.stage1.conv(bits))))]


class Wider(Bottleneck):
    """The bottleneck with its 3x3 conv in full width."""

    share = 1


class MultiScale(Block):
    """1x1 to half the width; 3x3 beside two 3x3, a quarter each; 1x1 back.

    Our reading of the paper's figure: it has the 4.0 M weights that the paper gives the network.
    """

    def build(self, inputs: int, outputs: int, config: NetworkConfig) -> None:
        half, quarter = outputs // 2, outputs // 4
        self.stage1 = Stage(inputs, half, config, span=self.stream, kernel=1, output=False)
        span = self.stage1.total_span
        self.near = Stage(half, quarter, config, span=span)
        self.far1 = Stage(half, quarter, config, span=span, output=False)
        self.far2 = Stage(quarter, quarter, config, span=self.far1.total_span)
        self.stage3 = Stage(half, outputs, config, span=self.stream, kernel=1)

    def branches(self, bits: Tensor, x: Tensor) -> list[Tensor]:
        narrow = self.stage1.conv(bits)
        near = self.near.out(self.near(narrow))
        far = self.far2.out(self.far2(self.far1(narrow)))
        return [self.stage3.out(self.stage3(torch.cat([near, far], dim=1)))]


class MultiScaleNo1x1(Block):
    """3x3 to half the width, beside 3x3 and two 3x3 to a quarter each.

    Our reading: 9.5 M weights in the paper's network, for which 9.3 M are remembered.
    """

    def build(self, inputs: int, outputs: int, config: NetworkConfig) -> None:
        half, quarter = outputs // 2, outputs // 4
        self.stage1 = Stage(inputs, half, config, span=self.stream)
        self.near = Stage(inputs, quarter, config, span=self.stream)
        self.far1 = Stage(inputs, quarter, config, span=self.stream, output=False)
        self.far2 = Stage(quarter, quarter, config, span=self.far1.total_span)

    def branches(self, bits: Tensor, x: Tensor) -> list[Tensor]:
        first = self.stage1.out(self.stage1.conv(bits))
        near = self.near.out(self.near(x))
        return [first, near, self.far2.out(self.far2(self.far1(x)))]


_KINDS: dict[str, type[Block]] = {
    "hpm": HPM,
    "bottleneck": Bottleneck,
    "wider": Wider,
    "multi-scale": MultiScale,
    "multi-scale-no-1x1": MultiScaleNo1x1,
}


def block(inputs: int, outputs: int, config: NetworkConfig) -> Block:
    """A block of the configuration's kind."""
    return _KINDS[config.block](inputs, outputs, config)
