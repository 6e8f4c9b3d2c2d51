# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Training speed: `python -m model.bench --config face-tiny`.

Our loop (Brevitas, Fabric, latent clamping, progress) against a bare straight-through loop on the
same network, batches and precision: plain tensor expressions for the quantisers, and nothing else.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections.abc import Callable

import torch
from brevitas.nn import QuantConv2d, QuantIdentity
from torch import Tensor, nn
from torch.nn import functional as F

from hls.common.errors import run_command
from model.config import STRIDE, Config, load_config
from model.data.batches import batches, input_side
from model.data.dataset import Dataset
from model.data.synthetic import synthetic
from model.network.network import LandmarkNetwork
from model.network.trace import is_binary
from model.train import Trainer, fabric_of
from model.training.optimise import Logits
from model.training.targets import blend, gaussians, heatmap_loss

ROUNDS = 5


class _Bare(nn.Module):
    """Clamp, round or take the sign, and let the gradient straight through."""

    def __init__(self, low: float, high: float, binary: bool) -> None:
        super().__init__()
        self.low, self.high, self.binary = low, high, binary

    def forward(self, x: Tensor) -> Tensor:
        clipped = x.clamp(self.low, self.high)
        one = torch.ones((), dtype=x.dtype)
        wanted = torch.copysign(one, clipped + 0.0) if self.binary else clipped.round()
        return clipped + (wanted - clipped).detach()


class _BareConv(nn.Module):
    def __init__(self, conv: QuantConv2d) -> None:
        super().__init__()
        self.weight, self.groups = conv.weight, conv.groups
        self.stride, self.padding = conv.stride, conv.padding
        bits = int(conv.quant_weight().bit_width.item())
        high = max(1.0, 2.0 ** (bits - 1) - 1)
        self.quant = _Bare(-high, high, bits == 1)

    def forward(self, x: Tensor) -> Tensor:
        return F.conv2d(x, self.quant(self.weight), None, self.stride, self.padding, 1, self.groups)


def bare(network: LandmarkNetwork) -> LandmarkNetwork:
    """The network with plain tensor expressions in place of Brevitas' layers."""
    for module in list(network.modules()):
        for name, child in list(module.named_children()):
            if isinstance(child, QuantConv2d):
                setattr(module, name, _BareConv(child))
            elif isinstance(child, QuantIdentity):
                half = 2.0 ** (network.config.residual_bits - 1)
                binary = is_binary(child)
                limits = (-1.0, 1.0) if binary else (-half, half - 1)
                setattr(module, name, _Bare(*limits, binary))
    return network


def bare_epoch(config: Config, dataset: Dataset) -> Callable[[], None]:
    """An epoch of the bare loop."""
    model = Logits(bare(LandmarkNetwork(config.network)))
    optimiser = torch.optim.Adam(model.parameters(), config.training.learning_rate)
    recipe, low = config.training, config.training.precision == "bf16"

    def epoch() -> None:
        for images, landmarks, visible in batches(dataset, config, 0):
            pictures = images.float().contiguous(memory_format=torch.channels_last)
            targets = gaussians(landmarks, input_side(config, 0) // STRIDE, recipe.sigma)
            targets = blend(targets, None, 0, recipe.loss)
            with torch.autocast("cpu", torch.bfloat16, enabled=low):
                logits = model(pictures)
            loss = heatmap_loss(logits[0], targets, visible, recipe.loss)
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            optimiser.step()

    return epoch


def compare(config: Config, images: int) -> tuple[float, float]:
    """Images per second of (our loop, the bare loop): medians of rounds taken in turn."""
    dataset = synthetic(images, config.network.landmarks, side=160)
    trainer = Trainer(config, fabric_of(config, "cpu", 1, 1))
    plain = bare_epoch(config, dataset)
    times: tuple[list[float], list[float]] = ([], [])
    for number in range(ROUNDS + 1):
        for loop, kept in ((lambda: trainer.epoch(dataset), times[0]), (plain, times[1])):
            trainer.done, start = 0, time.perf_counter()
            loop()
            if number:  # the first round warms up
                kept.append(time.perf_counter() - start)
    ours, theirs = (images / statistics.median(each) for each in times)
    return ours, theirs


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(prog="python -m model.bench", description=__doc__)
    parser.add_argument("--config", default="face-tiny")
    parser.add_argument("--images", type=int, default=256, help="images a round")
    parser.add_argument("--set", action="append", default=[], metavar="SECTION.KEY=VALUE")
    args = parser.parse_args()
    overrides = ["training.half_size=0.0", *args.set]
    ours, theirs = compare(load_config(args.config, overrides), args.images)
    print(
        f"training {args.config}: {ours:.0f} images/s, bare straight-through loop {theirs:.0f}:"
        f" {ours / theirs:.2f} of it (median of {ROUNDS} rounds in turn, CPU,"
        f" {torch.get_num_threads()} thread(s), load {os.getloadavg()[0]:.1f})"
    )


if __name__ == "__main__":
    run_command(main)
