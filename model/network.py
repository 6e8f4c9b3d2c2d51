# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""The binary hourglass of Bulat & Tzimiropoulos (ICCV 2017) in integers.

Tensors between blocks are the residual stream, signed b-bit integers (N, C, H, W).
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from model.config import STRIDE, NetworkConfig
from model.quantisers import BinaryConv, integer_conv, residual, sign


def _norm(channels: int, bits: int | None = None) -> nn.BatchNorm2d:
    """BatchNorm; in front of a b-bit quantiser its gain starts so that three sigma fill it."""
    norm = nn.BatchNorm2d(channels)
    if bits is not None:
        nn.init.constant_(norm.weight, 2 ** (bits - 1) / 3)
    return norm


def _activation(kind: str, channels: int) -> nn.Module:
    return nn.PReLU(channels) if kind == "prelu" else nn.Identity()


class Stage(nn.Module):
    """BN -> sign -> 3x3 binary conv; the conv's integers also go through BN to the residual."""

    def __init__(self, inputs: int, outputs: int, config: NetworkConfig) -> None:
        super().__init__()
        self.norm = _norm(inputs)
        self.sign = sign()
        self.conv = BinaryConv(inputs, outputs, 3)
        self.out_norm = _norm(outputs, config.residual_bits)
        self.out_activation = _activation(config.activation, outputs)
        self.quant = residual(config.residual_bits)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Returns (binary input, integer conv output, quantised output)."""
        bits = self.sign(self.norm(x))
        total = self.conv(bits)
        return bits, total, self.quant(self.out_activation(self.out_norm(total)))


class Skip(nn.Module):
    """1x1 binary conv on the skip where widths differ; shares the block's first sign."""

    def __init__(self, inputs: int, outputs: int, bits: int) -> None:
        super().__init__()
        self.conv = BinaryConv(inputs, outputs, 1)
        self.norm = _norm(outputs, bits)
        self.quant = residual(bits)

    def forward(self, bits: Tensor) -> Tensor:
        return self.quant(self.norm(self.conv(bits)))


class Block(nn.Module):
    """Hierarchical, parallel, multi-scale block of the paper: concat of three stages + skip."""

    def __init__(self, inputs: int, outputs: int, config: NetworkConfig) -> None:
        super().__init__()
        half, quarter = outputs // 2, outputs // 4
        self.stage1 = Stage(inputs, half, config)
        self.stage2 = Stage(half, quarter, config)
        self.stage3 = Stage(quarter, quarter, config)
        self.skip = Skip(inputs, outputs, config.residual_bits) if inputs != outputs else None
        self.clip = residual(config.residual_bits)

    def forward(self, x: Tensor) -> Tensor:
        bits, total, first = self.stage1(x)
        _, total, second = self.stage2(total)
        _, _, third = self.stage3(total)
        skip = x if self.skip is None else self.skip(bits)
        return self.clip(torch.cat([first, second, third], dim=1) + skip)


class Hourglass(nn.Module):
    """up + upsampled low branch, recursively; the merge is clipped to the residual's bits."""

    def __init__(self, depth: int, width: int, config: NetworkConfig) -> None:
        super().__init__()
        self.up = Block(width, width, config)
        self.low_in = Block(width, width, config)
        self.inner: nn.Module = (
            Hourglass(depth - 1, width, config) if depth > 1 else Block(width, width, config)
        )
        self.low_out = Block(width, width, config)
        self.clip = residual(config.residual_bits)

    def forward(self, x: Tensor) -> Tensor:
        low = self.low_out(self.inner(self.low_in(F.max_pool2d(x, 2))))
        return self.clip(self.up(x) + F.interpolate(low, scale_factor=2, mode="nearest"))


class Stem(nn.Module):
    """uint8 image -> 3x3 integer conv, stride 2 -> BN -> residual quantiser."""

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        self.conv = integer_conv(3, config.stem_width, 3, bits=config.stem_weight_bits, stride=2)
        self.norm = _norm(config.stem_width, config.residual_bits)
        self.quant = residual(config.residual_bits)

    def forward(self, x: Tensor) -> Tensor:
        return self.quant(self.norm(self.conv(x)))


class Head(nn.Module):
    """BN -> sign -> 1x1 binary conv -> BN -> quantiser -> 1x1 integer conv: integer heatmaps."""

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        width, bits = config.width, config.residual_bits
        self.norm = _norm(width)
        self.sign = sign()
        self.conv = BinaryConv(width, width, 1)
        self.out_norm = _norm(width, bits)
        self.quant = residual(bits)
        self.maps = integer_conv(width, config.landmarks, 1, bits=config.head_weight_bits)

    def forward(self, x: Tensor) -> Tensor:
        return self.maps(self.quant(self.out_norm(self.conv(self.sign(self.norm(x))))))


class LandmarkNetwork(nn.Module):
    """(N, 3, S, S) floats holding 0..255 -> (N, K, S/4, S/4) floats holding integers."""

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        self.config = config
        self.stem = Stem(config)
        self.block1 = Block(config.stem_width, config.width, config)
        self.block2 = Block(config.width, config.width, config)
        self.hourglass = Hourglass(config.depth, config.width, config)
        self.block3 = Block(config.width, config.width, config)
        self.head = Head(config)
        assert STRIDE == 4  # the stem halves and the pool behind block1 halves again

    def forward(self, image: Tensor) -> Tensor:
        x = F.max_pool2d(self.block1(self.stem(image)), 2)
        return self.head(self.block3(self.hourglass(self.block2(x))))
