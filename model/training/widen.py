# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""A wider network that starts from a narrower one's weights: its further channels are copies.

Net2WiderNet (Chen, Goodfellow and Shlens, ICLR 2016). The real-valued twin computes the same as
before, because weights on copied channels are divided by the number of copies. A binary weight
cannot be divided, so that copied channels count more; training puts that right.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import torch
from torch import Tensor

from hls.common.errors import InputError
from model.config import NetworkConfig
from model.network.network import LandmarkNetwork
from model.network.quantisers import BinaryConv
from model.training.checkpoint import network_state

# The branches that a block joins in the residual stream, as shares 1/n of its width.
_SHARES = {
    "hpm": (2, 4, 4),
    "multi-scale-no-1x1": (2, 4, 4),
    "bottleneck": (1,),
    "wider": (1,),
}


def sources(old: int, new: int, shares: tuple[int, ...] = (1,)) -> Tensor:
    """The old channel that each new one is a copy of, branch by branch."""
    found: list[Tensor] = []
    start = 0
    for share in shares:
        found.append(start + torch.arange(new // share) % (old // share))
        start += old // share
    return torch.cat(found)


def widened(saved: LandmarkNetwork, network: NetworkConfig) -> dict[str, Tensor]:
    """The state of a network of configuration `network` that starts as `saved`; an InputError
    unless `network` differs in nothing but a larger width."""
    old, new = saved.config.width, network.width
    if replace(saved.config, width=new) != network or new <= old:
        raise InputError("--start: the checkpoint is neither of this network nor of a narrower one")
    if network.block not in _SHARES or network.merge != "sum" or network.cardinality != 1:
        raise InputError(
            f"--start: a network of other width starts afresh with block = {network.block!r},"
            f" merge = {network.merge!r}, cardinality = {network.cardinality}"
        )
    copies = {(old // n, new // n): sources(old // n, new // n) for n in (1, 2, 4)}
    copies[old, new] = sources(old, new, _SHARES[network.block])
    binary = {f"{n}.conv.weight" for n, m in saved.named_modules() if isinstance(m, BinaryConv)}
    before, after = network_state(saved), network_state(LandmarkNetwork(network))
    return {
        name: _copied(before[name], after[name].shape, copies, divide=name not in binary)
        for name in after
    }


def _copied(
    values: Tensor, shape: torch.Size, copies: dict[tuple[int, int], Tensor], divide: bool
) -> Tensor:
    for axis, (old, new) in _changes(values.shape, shape):
        index = copies[old, new]
        values = values.index_select(axis, index)
        if axis == 1 and divide:
            times = torch.bincount(index, minlength=old)[index]
            values = values / times.view(1, -1, *(1,) * (values.dim() - 2))
    return values


def _changes(before: torch.Size, after: torch.Size) -> Iterator[tuple[int, tuple[int, int]]]:
    pairs = enumerate(zip(before, after, strict=True))
    return ((axis, pair) for axis, pair in pairs if pair[0] != pair[1])
