# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Every quantised tensor of the network as integers, under its module's name."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from brevitas.nn import QuantIdentity
from torch import Tensor, nn

from model.network.network import LandmarkNetwork


def quantisers(network: nn.Module) -> Iterator[tuple[str, QuantIdentity]]:
    """(dotted module path, activation quantiser), in the order of definition."""
    for name, module in network.named_modules():
        if isinstance(module, QuantIdentity):
            yield name, module


def is_binary(quantiser: QuantIdentity) -> bool:
    """Whether a quantiser gives -1/+1."""
    return int(quantiser.act_quant.bit_width().item()) == 1


def traced_forward(network: LandmarkNetwork, images: np.ndarray) -> dict[str, np.ndarray]:
    """Images (N, S, S, 3) uint8 -> tensors (N, H, W, C) int32 by name, in the order of execution.

    Sign tensors hold 0 for -1 and 1 for +1; the last entry is `heatmaps`.
    """
    traced: dict[str, np.ndarray] = {}

    def keep(name: str, binary: bool) -> object:
        def hook(_module: nn.Module, _inputs: object, output: Tensor) -> None:
            traced[name] = _integers((output + 1) / 2 if binary else output)

        return hook

    handles = [
        module.register_forward_hook(keep(name, is_binary(module)))
        for name, module in quantisers(network)
    ]
    try:
        with torch.no_grad():
            maps = network.eval()(torch.from_numpy(images).permute(0, 3, 1, 2).float())
    finally:
        for handle in handles:
            handle.remove()
    return {**traced, "heatmaps": _integers(maps)}


def _integers(tensor: Tensor) -> np.ndarray:
    values = tensor.permute(0, 2, 3, 1).contiguous().numpy()
    rounded = np.rint(values).astype(np.int32)
    if not np.array_equal(rounded, values):
        raise AssertionError("a quantised tensor holds a value that is no integer")
    return rounded
