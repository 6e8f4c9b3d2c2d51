# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""The binary hourglass of Bulat & Tzimiropoulos (ICCV 2017) in integers, one to three stacks."""

from __future__ import annotations

import torch
from brevitas.nn import QuantConv2d
from torch import Tensor, fx, nn
from torch.nn import functional as F

from model.config import STRIDE, NetworkConfig
from model.network.blocks import (
    Block,
    Stage,
    batch_norm,
    binarise,
    block,
    convolution,
    full_gain,
    quantise,
)
from model.network.quantisers import IntegerConv, average_pool

# To torch.fx, which reads the network for the compiler, it is one call.
fx.wrap("average_pool")


def _pool(x: Tensor, config: NetworkConfig) -> Tensor:
    if config.pool == "max":
        return F.max_pool2d(x, 2)
    return F.avg_pool2d(x, 2) if config.real else average_pool(x)


def _integer_conv(
    inputs: int, outputs: int, kernel: int, config: NetworkConfig, bits: int, stride: int = 1
) -> nn.Module:
    if config.real:
        return nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False)
    return IntegerConv(inputs, outputs, kernel, bits=bits, stride=stride)


class Merge(nn.Module):
    """up + low, clipped to the residual's bits."""

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        self.quant = quantise(config)

    def forward(self, up: Tensor, low: Tensor) -> Tensor:
        return self.quant(up + low)


class Hourglass(nn.Module):
    """up and upsampled low branch, recursively; merged by sum, or by concat and a block."""

    def __init__(self, depth: int, config: NetworkConfig) -> None:
        super().__init__()
        width, self.config = config.width, config
        self.up = block(width, width, config)
        self.low_in = block(width, width, config)
        self.inner: nn.Module = (
            Hourglass(depth - 1, config) if depth > 1 else block(width, width, config)
        )
        self.low_out = block(width, width, config)
        self.clip = quantise(config) if config.merge == "sum" else None
        self.join = block(2 * width, width, config) if config.merge == "concat" else None

    def forward(self, x: Tensor) -> Tensor:
        low = self.low_out(self.inner(self.low_in(_pool(x, self.config))))
        low = F.interpolate(low, scale_factor=2, mode="nearest")
        if self.join is not None:
            return self.join(torch.cat([self.up(x), low], dim=1))
        assert self.clip is not None
        return self.clip(self.up(x) + low)


class Stem(nn.Module):
    """uint8 image -> integer conv, stride 2 -> BN -> residual quantiser."""

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        width, kernel = config.stem_width, config.stem_kernel
        self.conv = _integer_conv(3, width, kernel, config, config.stem_weight_bits, 2)
        self.norm = batch_norm(width, config, full_gain(config))
        self.quant = quantise(config)

    def forward(self, x: Tensor) -> Tensor:
        return self.quant(self.norm(self.conv(x)))

    def span(self) -> int:
        """The largest absolute integer that the conv can give."""
        assert isinstance(self.conv, QuantConv2d)
        weights = self.conv.quant_weight().value.detach().round()
        return int(weights.abs().sum(dim=(1, 2, 3)).max()) * 255


class Head(nn.Module):
    """BN -> sign -> 1x1 binary conv -> BN -> quantiser -> 1x1 integer conv: integer heatmaps."""

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        width, bits = config.width, config.head_weight_bits
        self.norm = batch_norm(width, config)
        self.sign = binarise(config)
        self.conv = convolution(width, width, config, 1)
        self.out_norm = batch_norm(width, config, full_gain(config))
        self.quant = quantise(config)
        self.maps = _integer_conv(width, config.landmarks, 1, config, bits)
        self.map_span = width * 2 ** (config.residual_bits - 1) * (2 ** (bits - 1) - 1)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """(features, heatmaps)."""
        features = self.quant(self.out_norm(self.conv(self.sign(self.norm(x)))))
        return features, self.maps(features)


class NextStack(nn.Module):
    """A further stack: the stream and what the head before it found, then hourglass and head."""

    def __init__(self, before: Head, config: NetworkConfig) -> None:
        super().__init__()
        width, stream = config.width, 2 ** (config.residual_bits - 1)
        self.features = Stage(width, width, config, span=stream, kernel=1)
        self.heatmaps = Stage(config.landmarks, width, config, span=before.map_span, kernel=1)
        self.found, self.merge = Merge(config), Merge(config)
        self.hourglass = Hourglass(config.depth, config)
        self.block = block(width, width, config)
        self.head = Head(config)

    def forward(self, x: Tensor, features: Tensor, heatmaps: Tensor) -> tuple[Tensor, ...]:
        """(stream, features, heatmaps)."""
        found = self.found(
            self.features.out(self.features(features)), self.heatmaps.out(self.heatmaps(heatmaps))
        )
        x = self.merge(x, found)
        return x, *self.head(self.block(self.hourglass(x)))


class LandmarkNetwork(nn.Module):
    """(N, 3, S, S) floats holding 0..255 -> (N, K, S/4, S/4) floats holding integers."""

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        self.config, width = config, config.width
        high = config.high_width or width
        self.stem = Stem(config)
        self.block1 = block(config.stem_width, high, config)
        self.block2 = block(high, high, config)
        self.widen: Block | None = block(high, width, config) if high != width else None
        self.hourglass = Hourglass(config.depth, config)
        self.block3 = block(width, width, config)
        self.head = Head(config)
        self.stacks = nn.ModuleList(NextStack(self.head, config) for _ in range(config.stacks - 1))
        assert STRIDE == 4  # the stem halves and the pool after block1 halves again

    def heatmaps(self, image: Tensor) -> list[Tensor]:
        """The heatmaps of every stack, for intermediate supervision."""
        x = self.block2(_pool(self.block1(self.stem(image)), self.config))
        if self.widen is not None:
            x = self.widen(x)
        features, maps = self.head(self.block3(self.hourglass(x)))
        found = [maps]
        for stack in self.stacks:
            x, features, maps = stack(x, features, maps)
            found.append(maps)
        return found

    def forward(self, image: Tensor) -> Tensor:
        return self.heatmaps(image)[-1]
