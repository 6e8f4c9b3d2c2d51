# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Brevitas quantisers whose scale is exactly 1, so that the stored number is the integer.

Forward and straight-through gradient: sign(x) = +1 if x >= 0 else -1, gradient where |x| < 1;
round-and-clip to b bits, gradient where x rounds into the range. The arithmetic is our own, in two
passes over memory and one backwards: Brevitas' general chain costs three times the convolutions.
"""

from __future__ import annotations

from typing import Any

import torch
from brevitas.core.quant import QuantType
from brevitas.inject.enum import FloatToIntImplType
from brevitas.nn import QuantConv2d, QuantIdentity
from brevitas.quant.solver import ActQuantSolver, WeightQuantSolver
from torch import Tensor, nn
from torch.nn import functional as F

# Brevitas' injectors below are left out: they fail where a tool asks for an attribute.
__all__ = [
    "BinaryConv", "IntegerConv", "Quantised", "UnitInteger", "UnitSign", "average_pool", "residual",
    "sign",
]  # fmt: skip

Quantised = tuple[Tensor, Tensor, Tensor, Tensor]


class _SignFunction(torch.autograd.Function):
    """Sign; the gradient passes inside (-limit, limit), everywhere where limit is 0."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, limit: float) -> Tensor:
        ctx.limit = limit
        if limit:
            ctx.save_for_backward(x)
        # Adding 0 makes +0 of -0, whose sign bit copysign would take.
        return torch.copysign(torch.ones((), dtype=x.dtype, device=x.device), x + 0.0)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        if not ctx.limit:
            return gradients[0], None
        (x,) = ctx.saved_tensors
        return torch.ops.aten.hardtanh_backward(gradients[0], x, -ctx.limit, ctx.limit), None


class _RoundFunction(torch.autograd.Function):
    """Round half to even and clip to low..high; the gradient passes where x rounds into it."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, low: float, high: float) -> Tensor:
        ctx.save_for_backward(x)
        ctx.low, ctx.high = low, high
        return x.clamp(low, high).round_()

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None, None]:
        (x,) = ctx.saved_tensors
        low, high = ctx.low - 0.5, ctx.high + 0.5
        return torch.ops.aten.hardtanh_backward(gradients[0], x, low, high), None, None


class _FloorFunction(torch.autograd.Function):
    """The next smaller integer; the gradient passes everywhere."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        return x.floor()

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Tensor:
        return gradients[0]


class _UnitQuant(nn.Module):
    """Brevitas' interface: (value, scale, zero point, bit width), scale 1 and zero point 0."""

    def __init__(self, bits: int) -> None:
        super().__init__()
        self.bits = bits

    def describe(self, value: Tensor) -> Quantised:
        """`value` with the constants of its quantiser."""
        one, zero, bits = (torch.tensor(float(v), device=value.device) for v in (1, 0, self.bits))
        return value, one, zero, bits


class UnitSign(_UnitQuant):
    """-1 or +1; `gradient_limit` is where the gradient of sign ends."""

    def __init__(self, gradient_limit: float) -> None:
        super().__init__(1)
        self.limit = gradient_limit

    def forward(self, x: Tensor) -> Quantised:
        return self.describe(_SignFunction.apply(x, self.limit))


class UnitInteger(_UnitQuant):
    """Signed integers of `bit_width` bits; `narrow_range` leaves the lowest one out."""

    def __init__(self, bit_width: int, narrow_range: bool) -> None:
        super().__init__(bit_width)
        self.high = 2.0 ** (bit_width - 1) - 1
        self.low = -self.high if narrow_range else -self.high - 1

    def forward(self, x: Tensor) -> Quantised:
        return self.describe(_RoundFunction.apply(x, self.low, self.high))


class SignQuant(ActQuantSolver):
    """Binary activations."""

    tensor_quant = UnitSign
    quant_type = QuantType.BINARY
    gradient_limit = 1.0
    bit_width = 1
    signed = True
    narrow_range = True
    float_to_int_impl_type = FloatToIntImplType.ROUND


class BinaryWeightQuant(WeightQuantSolver):
    """Binary weights; their gradient never ends, because latent weights are clamped instead."""

    tensor_quant = UnitSign
    quant_type = QuantType.BINARY
    gradient_limit = 0.0
    bit_width = 1
    signed = True
    narrow_range = True
    float_to_int_impl_type = FloatToIntImplType.ROUND


class IntegerActQuant(ActQuantSolver):
    """Signed b-bit integers."""

    tensor_quant = UnitInteger
    quant_type = QuantType.INT
    signed = True
    narrow_range = False
    float_to_int_impl_type = FloatToIntImplType.ROUND


class IntegerWeightQuant(WeightQuantSolver):
    """Signed b-bit weights in -(2^(b-1) - 1)..2^(b-1) - 1."""

    tensor_quant = UnitInteger
    quant_type = QuantType.INT
    signed = True
    narrow_range = True
    float_to_int_impl_type = FloatToIntImplType.ROUND


def sign() -> QuantIdentity:
    """Binary activation."""
    return QuantIdentity(act_quant=SignQuant)


def residual(bits: int) -> QuantIdentity:
    """Quantiser of the residual stream: integers in -2^(bits-1)..2^(bits-1) - 1."""
    return QuantIdentity(act_quant=IntegerActQuant.let(bit_width=bits))


def average_pool(x: Tensor) -> Tensor:
    """Means of 2 x 2 integers, rounded down; in 32 bits, as 16 do not hold every quarter."""
    return _FloorFunction.apply(F.avg_pool2d(x.float(), 2)).to(x.dtype)


class BinaryConv(nn.Module):
    """Binary weights on binary activations, padded with -1: zero is not a bit.

    `real_weights` (two-stage training) lets the latent weights through as they are.
    """

    def __init__(
        self, inputs: int, outputs: int, kernel: int, padding: int = -1, groups: int = 1
    ) -> None:
        super().__init__()
        self.border, self.padding, self.real_weights = kernel // 2, float(padding), False
        self.conv = QuantConv2d(
            inputs, outputs, kernel, groups=groups, bias=False, weight_quant=BinaryWeightQuant
        )
        # Small, so that a latent weight can turn within a few dozen steps of Adam.
        nn.init.uniform_(self.conv.weight, -0.1, 0.1)

    def forward(self, x: Tensor) -> Tensor:
        if self.border:
            x = F.pad(x, [self.border] * 4, value=self.padding)
        if self.real_weights:
            return F.conv2d(x, self.conv.weight, groups=self.conv.groups)
        return self.conv(x)


class IntegerConv(QuantConv2d):
    """Few-bit integer weights, zero padding; latent ones in -(2^(bits-1) - 1)..2^(bits-1) - 1."""

    def __init__(
        self, inputs: int, outputs: int, kernel: int, *, bits: int, stride: int = 1
    ) -> None:
        super().__init__(
            inputs, outputs, kernel, stride=stride, padding=kernel // 2, bias=False,
            weight_quant=IntegerWeightQuant.let(bit_width=bits),
        )  # fmt: skip
        self.bits = bits
        high = float(2 ** (bits - 1) - 1)
        nn.init.uniform_(self.weight, -high / 2, high / 2)
