# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Heatmap targets and the loss on them."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from model.config import STRIDE


def to_map(points: Tensor) -> Tensor:
    """Input pixels -> heatmap pixels (both with integer centres)."""
    return (points + 0.5) / STRIDE - 0.5


def gaussians(points: Tensor, map_size: int, sigma: float) -> Tensor:
    """Landmarks (N, K, 2) in input pixels -> targets (N, K, M, M), peak 1 at the exact place."""
    grid = torch.arange(map_size, dtype=torch.float32, device=points.device)
    distance = (grid - to_map(points)[..., None]) ** 2
    x, y = torch.exp(-distance / (2 * sigma**2)).unbind(dim=2)
    return y[..., :, None] * x[..., None, :]


def blend(targets: Tensor, teacher: Tensor | None, share: float, kind: str) -> Tensor:
    """Targets in the form that the loss wants, `share` of them what the teacher's logits say."""
    own = targets
    if kind == "softmax":
        own = targets / targets.sum(dim=(2, 3), keepdim=True).clamp(min=1e-6)
    if teacher is None:
        return own
    if kind == "softmax":
        said = F.softmax(teacher.flatten(2), dim=2).view_as(own)
    else:
        said = teacher.sigmoid() if kind == "sigmoid" else teacher
    return (1 - share) * own + share * said


def heatmap_loss(logits: Tensor, targets: Tensor, visible: Tensor, kind: str) -> Tensor:
    """Loss of a map, mean over visible landmarks; kinds as in config.LOSSES, targets of `blend`.

    `sigmoid`: cross-entropy per pixel, summed (the paper's, section 5). `softmax`: cross-entropy of
    the place, which is all that arg-max looks at. `l2`: squared error, summed.
    """
    if kind == "softmax":
        loss = -(targets.flatten(2) * F.log_softmax(logits.flatten(2), dim=2)).sum(dim=2)
    elif kind == "l2":
        loss = ((logits - targets) ** 2).sum(dim=(2, 3))
    else:
        loss = F.binary_cross_entropy_with_logits(logits, targets, reduction="none")
        loss = loss.sum(dim=(2, 3))
    return (loss * visible).sum() / visible.sum().clamp(min=1)
