# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Brevitas quantisers whose scale is exactly 1, so that the stored number is the integer.

Forward and straight-through gradient: sign(x) = +1 if x >= 0 else -1, gradient where |x| <= 1;
round-and-clip to b bits, gradient inside the range.
"""

from __future__ import annotations

from brevitas.core.bit_width import BitWidthImplType
from brevitas.core.quant import QuantType
from brevitas.core.restrict_val import FloatToIntImplType, RestrictValueType
from brevitas.core.scaling import ScalingImplType
from brevitas.core.zero_point import ZeroZeroPoint
from brevitas.inject.enum import ScalingPerOutputType
from brevitas.nn import QuantConv2d, QuantIdentity
from brevitas.quant import SignedBinaryActPerTensorConst, SignedBinaryWeightPerTensorConst
from brevitas.quant.solver import ActQuantSolver, WeightQuantSolver
from torch import Tensor, nn
from torch.nn import functional as F


class Clamp(nn.Module):
    """Brevitas' TensorClamp in one pass: a third off the training time."""

    def __init__(self) -> None:
        super().__init__()

    def forward(self, x: Tensor, min_val: Tensor, max_val: Tensor) -> Tensor:
        return x.clamp(float(min_val), float(max_val))


class SignQuant(SignedBinaryActPerTensorConst):
    """Binary activations, scale 1."""

    tensor_clamp_impl = Clamp
    scaling_init = 1.0
    scaling_const = 1.0
    min_val = -1.0
    max_val = 1.0


class BinaryWeightQuant(SignedBinaryWeightPerTensorConst):
    """Binary weights, scale 1."""

    scaling_init = 1.0
    scaling_const = 1.0


class IntegerActQuant(ActQuantSolver):
    """Signed b-bit integers, scale 1; Brevitas divides `scaling_init` by 2^(b-1)."""

    tensor_clamp_impl = Clamp
    quant_type = QuantType.INT
    bit_width_impl_type = BitWidthImplType.CONST
    float_to_int_impl_type = FloatToIntImplType.ROUND
    scaling_impl_type = ScalingImplType.CONST
    restrict_scaling_type = RestrictValueType.FP
    zero_point_impl = ZeroZeroPoint
    narrow_range = False
    signed = True


class IntegerWeightQuant(WeightQuantSolver):
    """Signed b-bit weights in -(2^(b-1) - 1)..2^(b-1) - 1, scale 1."""

    quant_type = QuantType.INT
    bit_width_impl_type = BitWidthImplType.CONST
    float_to_int_impl_type = FloatToIntImplType.ROUND
    scaling_impl_type = ScalingImplType.CONST
    scaling_per_output_type = ScalingPerOutputType.TENSOR
    restrict_scaling_type = RestrictValueType.FP
    zero_point_impl = ZeroZeroPoint
    narrow_range = True
    signed = True


def sign() -> QuantIdentity:
    """Binary activation."""
    return QuantIdentity(act_quant=SignQuant)


def residual(bits: int) -> QuantIdentity:
    """Quantiser of the residual stream: integers in -2^(bits-1)..2^(bits-1) - 1."""
    quantiser = IntegerActQuant.let(bit_width=bits, scaling_init=float(2 ** (bits - 1)))
    return QuantIdentity(act_quant=quantiser)


class BinaryConv(nn.Module):
    """Binary weights on binary activations, padded with -1: zero is not a bit."""

    def __init__(self, inputs: int, outputs: int, kernel: int) -> None:
        super().__init__()
        self.border = kernel // 2
        self.conv = QuantConv2d(inputs, outputs, kernel, bias=False, weight_quant=BinaryWeightQuant)
        nn.init.uniform_(self.conv.weight, -1.0, 1.0)

    def forward(self, x: Tensor) -> Tensor:
        if self.border:
            x = F.pad(x, [self.border] * 4, value=-1.0)
        return self.conv(x)


def integer_conv(
    inputs: int, outputs: int, kernel: int, *, bits: int, stride: int = 1
) -> QuantConv2d:
    """Convolution with few-bit integer weights, zero padding; latent weights in -high..high."""
    high = float(2 ** (bits - 1) - 1)
    conv = QuantConv2d(
        inputs, outputs, kernel, stride=stride, padding=kernel // 2, bias=False,
        weight_quant=IntegerWeightQuant.let(bit_width=bits, scaling_init=high),
    )  # fmt: skip
    nn.init.uniform_(conv.weight, -high / 2, high / 2)
    return conv
