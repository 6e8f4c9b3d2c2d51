# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""The conventions that bit-exactness hangs on: sign(0), scale 1, -1 padding, ranges."""

from __future__ import annotations

import pytest
import torch

from model.network.quantisers import BinaryConv, IntegerConv, average_pool, residual, sign


def test_sign_of_zero_is_plus_one() -> None:
    values = torch.tensor([-2.0, -0.0, 0.0, 1e-9, -1e-9])
    assert sign()(values).tolist() == [-1, 1, 1, 1, -1]


def test_sign_gradient_lives_between_minus_one_and_one() -> None:
    values = torch.tensor([-1.5, -0.5, 0.0, 0.5, 1.5], requires_grad=True)
    sign()(values).sum().backward()
    assert values.grad is not None and values.grad.tolist() == [0, 1, 1, 1, 0]


@pytest.mark.parametrize("kind", [torch.float32, torch.bfloat16])
def test_residual_gradient_lives_where_values_round_into_the_range(kind: torch.dtype) -> None:
    values = torch.tensor([-9, -8.25, -8, 0.25, 7, 7.25, 8], dtype=kind, requires_grad=True)
    (residual(4)(values) * torch.arange(1, 8, dtype=kind)).sum().backward()
    assert values.grad is not None and values.grad.tolist() == [0, 2, 3, 4, 5, 6, 0]


@pytest.mark.parametrize("kind", [torch.float32, torch.bfloat16])
def test_a_sign_keeps_its_precision(kind: torch.dtype) -> None:
    values = torch.tensor([-1e-8, -0.0, 0.0, 1e-8], dtype=kind, requires_grad=True)
    signs = sign()(values)
    signs.sum().backward()
    assert signs.dtype == kind and signs.tolist() == [-1, 1, 1, 1]
    assert values.grad is not None and values.grad.tolist() == [1, 1, 1, 1]


def test_latent_weights_have_a_gradient_everywhere() -> None:
    conv = BinaryConv(1, 1, 1)
    with torch.no_grad():
        conv.conv.weight.fill_(-5.0)
    conv(torch.ones(1, 1, 1, 1)).backward()
    assert conv.conv.weight.grad is not None and conv.conv.weight.grad.item() == 1


def test_scales_are_exactly_one() -> None:
    assert sign().act_quant.scale().item() == 1.0
    for bits in range(2, 9):
        assert residual(bits).act_quant.scale().item() == 1.0
        assert IntegerConv(3, 4, 3, bits=bits).quant_weight().scale.item() == 1.0
    assert BinaryConv(4, 4, 3).conv.quant_weight().scale.item() == 1.0


def test_residual_saturates_and_rounds_half_to_even() -> None:
    values = torch.tensor([-20.0, -8.6, -0.5, 0.5, 1.5, 2.5, 7.4, 99.0])
    assert residual(4)(values).tolist() == [-8, -8, 0, 0, 2, 2, 7, 7]


def test_integer_weights_stay_in_range() -> None:
    conv = IntegerConv(3, 4, 3, bits=4)
    with torch.no_grad():
        conv.weight.fill_(99.0)
    assert conv.quant_weight().value.unique().tolist() == [7]


def test_binary_conv_pads_with_minus_one() -> None:
    conv = BinaryConv(1, 1, 3)
    with torch.no_grad():
        conv.conv.weight.fill_(1.0)
    result = conv(torch.ones(1, 1, 3, 3))
    assert result[0, 0].tolist() == [[-1, 3, -1], [3, 9, 3], [-1, 3, -1]]


@pytest.mark.parametrize("kind", [torch.float32, torch.bfloat16])
def test_means_are_rounded_down_and_pass_their_gradient(kind: torch.dtype) -> None:
    """126.75 and -126.75 are no numbers of bfloat16."""
    rows = [[127, 127, -1, 0, -127, -127], [127, 126, 0, 0, -127, -126]]
    values = torch.tensor([[rows]], dtype=kind, requires_grad=True)
    means = average_pool(values)
    (means * torch.tensor([4.0, 8.0, 12.0], dtype=kind)).sum().backward()
    assert means.dtype == kind and means.flatten().tolist() == [126, -1, -127]
    assert values.grad is not None and values.grad[0, 0].tolist() == [[1, 1, 2, 2, 3, 3]] * 2
