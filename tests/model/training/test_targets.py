# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Targets peak at their landmarks, and both losses are least where the maps are right."""

from __future__ import annotations

import pytest
import torch

from model.config import LOSSES
from model.training.targets import gaussians, heatmap_loss, to_map

POINTS = torch.tensor([[[9.5, 21.5], [40.0, 33.0]]])


def test_a_target_peaks_at_its_landmark() -> None:
    maps = gaussians(POINTS, 16, 1.0)
    assert maps.shape == (1, 2, 16, 16)
    assert to_map(POINTS)[0, 0].tolist() == [2.0, 5.0] and maps[0, 0, 5, 2] == 1.0
    assert maps[0, 1].argmax() == 16 * 8 + 10


@pytest.mark.parametrize("kind", LOSSES)
def test_the_true_place_costs_least(kind: str) -> None:
    targets, visible = gaussians(POINTS, 16, 1.0), torch.ones(1, 2)
    right = torch.logit(targets.clamp(1e-4, 1 - 1e-4))
    wrong = right.roll(3, dims=3)
    assert heatmap_loss(right, targets, visible, kind) < heatmap_loss(wrong, targets, visible, kind)


@pytest.mark.parametrize("kind", LOSSES)
def test_hidden_landmarks_and_landmarks_outside_do_no_harm(kind: str) -> None:
    logits = torch.zeros(1, 2, 16, 16, requires_grad=True)
    targets = gaussians(torch.tensor([[[30.0, 30.0], [9000.0, 9000.0]]]), 16, 1.0)
    loss = heatmap_loss(logits, targets, torch.tensor([[0.0, 1.0]]), kind)
    loss.backward()
    assert torch.isfinite(loss) and logits.grad is not None
    assert torch.isfinite(logits.grad).all() and not logits.grad[0, 0].any()
    nothing = heatmap_loss(logits, targets, torch.zeros(1, 2), kind)
    assert nothing == 0


def test_softmax_ignores_an_offset() -> None:
    targets, visible = gaussians(POINTS, 16, 1.0), torch.ones(1, 2)
    logits = torch.randn(1, 2, 16, 16, generator=torch.Generator().manual_seed(0))
    first, second = (heatmap_loss(x, targets, visible, "softmax") for x in (logits, logits + 5))
    assert torch.isclose(first, second)
