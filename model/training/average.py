# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""A moving average of a network's latent weights (Polyak and Juditsky 1992, as in Izmailov et al.,
UAI 2018): the signs that hold over many steps, not those of the last one.

BatchNorm's statistics are those of the weights that made them, so that the average gets its own,
from some of the training images, before it is used.
"""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn, update_bn
from torch.utils.data import DataLoader

from model.training.optimise import Logits

# Batches that BatchNorm's statistics are taken from.
STATISTICS = 100


class Average:
    """The average of a model under training; `share` of it stays in each step."""

    def __init__(self, model: Logits, share: float) -> None:
        self.averaged = AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn(share))

    def update(self, model: Logits) -> None:
        """Take in the weights after a step."""
        self.averaged.update_parameters(model)

    def model(self, loader: DataLoader[tuple[Tensor, ...]]) -> Logits:
        """The average, with BatchNorm statistics of its own from the first batches."""

        def pictures() -> Iterator[Tensor]:
            for number, (images, *_) in enumerate(loader):
                if number == STATISTICS:
                    return
                yield images.float().contiguous(memory_format=torch.channels_last)

        device = next(self.averaged.parameters()).device
        update_bn(pictures(), self.averaged, device)  # type: ignore[arg-type]
        averaged = self.averaged.module
        assert isinstance(averaged, Logits)
        return averaged

    def tensors(self) -> dict[str, Tensor]:
        """What `restore` needs."""
        parameters = dict(self.averaged.module.named_parameters())
        return {**parameters, "steps": self.averaged.n_averaged}

    def restore(self, tensors: dict[str, Tensor]) -> None:
        """Undo `tensors`."""
        self.averaged.n_averaged.copy_(tensors.pop("steps"))
        parameters: dict[str, nn.Parameter] = dict(self.averaged.module.named_parameters())
        with torch.no_grad():
            for name, value in tensors.items():
                parameters[name].copy_(value)
