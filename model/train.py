# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Train a network: `python -m model.train --config face-tiny --data FOLDER --out runs/face-tiny`.

One flat loop. Every epoch ends in a checkpoint that --resume goes on from in the same state:
augmentation is seeded by the epoch, weights and Adam's moments are saved.
"""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.utils.tensorboard import SummaryWriter
from tqdm import tqdm

from hls.errors import InputError, run_command
from model.augment import augment
from model.checkpoint import (
    load_state,
    load_tensors,
    network_metadata,
    network_state,
    save_network,
    save_tensors,
)
from model.config import Config, load_config
from model.data import Dataset, dataset_of
from model.evaluate import Crops, accuracy, crops_of, data_folder, heatmaps_of
from model.network import LandmarkNetwork
from model.targets import gaussians, heatmap_loss
from model.ties import settle_ties

Batch = tuple[Tensor, Tensor, Tensor]


class Logits(nn.Module):
    """Training's view of the integer heatmaps: a positive scale and an offset, then sigmoid."""

    def __init__(self, network: LandmarkNetwork) -> None:
        super().__init__()
        self.network = network
        spread = 2.0 ** (network.config.head_weight_bits - 1) * math.sqrt(network.config.width)
        self.log_scale = nn.Parameter(torch.tensor(-math.log(spread)))
        self.offset = nn.Parameter(torch.tensor(-4.0))

    def forward(self, image: Tensor) -> Tensor:
        return self.network(image) * self.log_scale.exp() + self.offset


def optimiser_of(model: Logits, config: Config) -> torch.optim.Adam:
    """Adam; latent integer weights step in proportion to their range."""
    ranges = {
        "network.stem.conv.weight": 2 ** (config.network.stem_weight_bits - 1),
        "network.head.maps.weight": 2 ** (config.network.head_weight_bits - 1),
    }
    rate = config.training.learning_rate
    groups = [
        {"params": [parameter], "scale": ranges.get(name, 1), "lr": rate}
        for name, parameter in model.named_parameters()
    ]
    return torch.optim.Adam(groups)


def set_rate(optimiser: torch.optim.Adam, config: Config, progress: float) -> None:
    """Short linear warm-up, then cosine to 0; `progress` runs from 0 to 1."""
    rate = config.training.learning_rate * min(1.0, progress / 0.02 + 0.01)
    rate *= 0.5 * (1 + math.cos(math.pi * progress))
    for group in optimiser.param_groups:
        group["lr"] = rate * group["scale"]


def batches(
    dataset: Dataset, config: Config, epoch: int
) -> Iterator[tuple[Tensor, Tensor, Tensor]]:
    """Augmented batches of one epoch: images (N, 3, S, S), landmarks (N, K, 2), visible (N, K)."""
    random = np.random.default_rng([config.training.seed, epoch])
    order = random.permutation(len(dataset))
    size, batch = config.network.input_size, config.training.batch_size
    for start in range(0, len(order) - batch + 1, batch):
        chosen = order[start : start + batch]
        pairs = [
            augment(
                dataset.images[i], dataset.landmarks[i], dataset.box[i], size, config.data, random
            )
            for i in chosen
        ]
        views, points = zip(*pairs, strict=True)
        images = torch.from_numpy(np.stack(views)).permute(0, 3, 1, 2).float()
        landmarks = torch.from_numpy(np.stack(points)).float()
        yield images, landmarks, torch.from_numpy(dataset.visible[chosen]).float()


def clamp_latent(network: LandmarkNetwork) -> None:
    """Keep latent binary weights in -1..1, where the straight-through gradient is alive."""
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            if name.endswith("conv.conv.weight"):
                parameter.clamp_(-1, 1)


def train_epoch(
    model: Logits, optimiser: torch.optim.Adam, dataset: Dataset, config: Config, epoch: int
) -> float:
    """One epoch with a progress bar; returns the mean loss, InputError where it is not finite."""
    model.train()
    steps = len(dataset) // config.training.batch_size
    if not steps:
        raise InputError(f"{len(dataset)} images are fewer than one batch: lower batch_size")
    losses = []
    bar = tqdm(
        batches(dataset, config, epoch),
        f"epoch {epoch + 1}",
        steps,
        leave=False,
        unit="batch",
        disable=None,
    )
    for step, (images, landmarks, visible) in enumerate(bar):
        set_rate(optimiser, config, (epoch + step / steps) / config.training.epochs)
        targets = gaussians(landmarks, config.network.map_size, config.training.sigma)
        loss = heatmap_loss(model(images), targets, visible, config.training.loss)
        if not torch.isfinite(loss):
            raise InputError(f"the loss is {loss.item()} in epoch {epoch + 1}: lower learning_rate")
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()
        clamp_latent(model.network)
        losses.append(loss.item())
        bar.set_postfix(loss=f"{loss.item():.2f}")
    return float(np.mean(losses))


def save_state(
    path: Path, model: Logits, optimiser: torch.optim.Adam, config: Config, epoch: int
) -> None:
    """Everything that --resume needs, as safetensors."""
    tensors = {f"model.{k}": v for k, v in network_state(model.network).items()}
    tensors |= {"log_scale": model.log_scale, "offset": model.offset}
    for index, state in optimiser.state_dict()["state"].items():
        tensors |= {f"adam.{index}.{key}": value for key, value in state.items()}
    save_tensors(path, tensors, network_metadata(config) | {"epoch": str(epoch)})


def resume_state(path: Path, model: Logits, optimiser: torch.optim.Adam, config: Config) -> int:
    """Undo `save_state`; returns the epochs done."""
    tensors, metadata = load_tensors(path)
    if metadata.get("network") != network_metadata(config)["network"]:
        raise InputError(f"{path} is of another network than {config.name}: choose another --out")
    weights = {k[6:]: tensors.pop(k) for k in list(tensors) if k.startswith("model.")}
    load_state(model.network, weights, path)
    with torch.no_grad():
        model.log_scale.copy_(tensors.pop("log_scale"))
        model.offset.copy_(tensors.pop("offset"))
    state: dict[int, dict[str, Tensor]] = {}
    for name, value in tensors.items():
        _, index, key = name.split(".")
        state.setdefault(int(index), {})[key] = value
    optimiser.load_state_dict({**optimiser.state_dict(), "state": state})
    return int(metadata["epoch"])


def train(config: Config, dataset: Dataset, test: Crops | None, out: Path, *, resume: bool) -> Path:
    """The whole run; returns the final checkpoint, free of ties (see model.ties)."""
    torch.manual_seed(config.training.seed)
    model = Logits(LandmarkNetwork(config.network))
    optimiser, last = optimiser_of(model, config), out / "last.safetensors"
    done = resume_state(last, model, optimiser, config) if resume and last.exists() else 0
    writer, start = SummaryWriter(str(out / "tensorboard"), purge_step=done), time.monotonic()
    for epoch in range(done, config.training.epochs):
        loss = train_epoch(model, optimiser, dataset, config, epoch)
        writer.add_scalar("loss", loss, epoch)
        line = f"epoch {epoch + 1}/{config.training.epochs} loss {loss:.3f}"
        if test is not None and (epoch % 5 == 4 or epoch + 1 == config.training.epochs):
            figure = accuracy(lambda x: heatmaps_of(model.network, x), test)
            writer.add_scalar("NME", figure, epoch)
            line += f" NME {figure:.5f}"
        save_state(last, model, optimiser, config, epoch + 1)
        each = (time.monotonic() - start) / (epoch + 1 - done)
        left = each * (config.training.epochs - epoch - 1)
        tqdm.write(f"{line} | {len(dataset) / each:.0f} images/s, {left / 60:.0f} min left")
    writer.close()
    settle_ties(model.network)
    final = out / f"{config.name}.safetensors"
    save_network(final, model.network, config)
    return final


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(prog="python -m model.train", description=__doc__)
    parser.add_argument("--config", default="face-tiny")
    parser.add_argument("--data", type=Path, help="folder with the packed data")
    parser.add_argument("--out", type=Path, required=True, help="folder for checkpoints and logs")
    parser.add_argument("--resume", action="store_true", help="go on from the last checkpoint")
    parser.add_argument("--set", action="append", default=[], metavar="SECTION.KEY=VALUE")
    args = parser.parse_args()
    config, folder = load_config(args.config, args.set), data_folder(args.data)
    test = crops_of(dataset_of(config, folder, "test"), config)
    final = train(config, dataset_of(config, folder, "train"), test, args.out, resume=args.resume)
    print(f"wrote {final}")


if __name__ == "__main__":
    run_command(main)
