# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Train a network: `python -m model.train --config face-tiny --data FOLDER --out runs/face-tiny`.

One flat loop on Lightning Fabric (devices, machines, precision). Every epoch ends in a checkpoint
that --resume goes on from in the same state: augmentation is seeded by epoch and image, weights
and Adam's moments are saved.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from lightning_fabric import Fabric
from torch import Tensor
from torch.utils.tensorboard import SummaryWriter
from tqdm import tqdm

from hls.common.errors import InputError, run_command
from model.config import STRIDE, Config, load_config
from model.data.batches import Batch, batches, input_side
from model.data.dataset import Dataset
from model.data.load import data_folder, dataset_of
from model.data.mixture import Mixture, training_set
from model.evaluation.crops import Crops, crops_of, headline, heatmaps_of, landmarks_in
from model.evaluation.pictures import gallery
from model.network.network import LandmarkNetwork
from model.network.rounding_ties import settle_ties
from model.training.average import Average
from model.training.checkpoint import (
    load_logits,
    load_state,
    load_tensors,
    network_metadata,
    network_state,
    save_network,
    save_tensors,
    saved_network,
)
from model.training.optimise import (
    Logits,
    binary_convs,
    keep_in_range,
    optimiser_of,
    set_rate,
    set_stage,
    settle_level,
)
from model.training.targets import blend, gaussians, heatmap_loss
from model.training.widen import widened

EVALUATE_EVERY = 5
# A few times what a healthy step has; a sign's gradient can explode, and Adam remembers it long.
GRADIENT_NORM = 1.0
# What a latent weight known only by its sign starts with: some thirty steps of Adam from turning.
START_LATENT = 0.3


class Trainer:
    """Model, optimiser and engine of one run, and the epochs done so far."""

    def __init__(self, config: Config, fabric: Fabric, teacher: Logits | None = None) -> None:
        if teacher and teacher.network.config.landmarks != config.network.landmarks:
            ours, its = config.network.landmarks, teacher.network.config.landmarks
            raise InputError(f"the teacher has {its} landmarks, {config.name} has {ours}")
        torch.manual_seed(config.training.seed)
        self.config, self.fabric, self.done = config, fabric, 0
        self.model = Logits(LandmarkNetwork(config.network), config.training.loss)
        self.optimiser = optimiser_of(self.model, config)
        self.engine, self.stepper = fabric.setup(self.model, self.optimiser)
        self.teacher = teacher.eval().to(fabric.device) if teacher else None
        share = config.training.average
        self.average = Average(self.model, share) if share else None

    def loss(self, batch: Batch, map_size: int) -> Tensor:
        """Mean over the stacks' heatmap losses."""
        recipe, (images, landmarks, visible) = self.config.training, batch
        pictures = images.float().contiguous(memory_format=torch.channels_last)
        said = None
        if self.teacher is not None:
            with torch.no_grad(), self.fabric.autocast():
                said = self.teacher(pictures)[-1]
        targets = gaussians(landmarks, map_size, recipe.sigma)
        targets = blend(targets, said, recipe.distil, recipe.loss)
        logits = self.engine(pictures)
        return torch.stack(
            [heatmap_loss(maps, targets, visible, recipe.loss) for maps in logits]
        ).mean()

    def step(self, batch: Batch, map_size: int) -> float:
        """One step; its loss, InputError where that or the gradient is not finite."""
        loss = self.loss(batch, map_size)
        self.stepper.zero_grad(set_to_none=True)
        self.fabric.backward(loss)
        norm = self.fabric.clip_gradients(
            self.engine, self.stepper, max_norm=GRADIENT_NORM, error_if_nonfinite=False
        )
        if not (torch.isfinite(loss) and norm is not None and torch.isfinite(norm)):
            raise InputError(
                f"the loss is {loss.item()} in epoch {self.done + 1}, its gradient {norm}: lower"
                " learning_rate; the last good epoch is kept"
            )
        self.stepper.step()
        keep_in_range(self.model)
        if self.average is not None:
            self.average.update(self.model)
        return loss.item()

    def result(self, dataset: Dataset | Mixture) -> Logits:
        """What is evaluated and saved: the average of the weights where one is kept."""
        model, last = self.model, max(0, self.done - 1)
        if self.average is not None:
            model = self.average.model(batches(dataset, self.config, last))
        if self.config.training.loss == "softmax":
            settle_level(model, batches(dataset, self.config, last))
        return model

    def epoch(self, dataset: Dataset | Mixture, workers: int = 0) -> float:
        """One epoch with a progress bar; the mean loss, InputError where it is not finite."""
        config, fabric, epoch = self.config, self.fabric, self.done
        self.engine.train()
        loader = batches(
            dataset, config, epoch, workers=workers, rank=fabric.global_rank,
            world=fabric.world_size,
        )  # fmt: skip
        map_size, epochs, losses = input_side(config, epoch) // STRIDE, config.training.epochs, []
        set_stage(self.model, epoch < config.training.real_weights * epochs)
        quiet = None if fabric.is_global_zero else True
        bar = tqdm(loader, f"epoch {epoch + 1}", leave=False, unit="batch", disable=quiet)
        for step, batch in enumerate(bar):
            set_rate(self.optimiser, config.training, (epoch + step / len(loader)) / epochs)
            losses.append(self.step(fabric.to_device(batch), map_size))
            bar.set_postfix(loss=f"{losses[-1]:.3f}")
        set_stage(self.model, False)
        self.done += 1
        return float(np.mean(losses))

    def save(self, path: Path) -> None:
        """Everything that --resume needs, as safetensors."""
        tensors = {f"model.{k}": v for k, v in network_state(self.model.network).items()}
        tensors |= {"log_scale": self.model.log_scale, "offset": self.model.offset}
        if self.average is not None:
            tensors |= {f"average.{key}": value for key, value in self.average.tensors().items()}
        for index, state in self.optimiser.state_dict()["state"].items():
            tensors |= {f"adam.{index}.{key}": value for key, value in state.items()}
        save_tensors(path, tensors, network_metadata(self.config) | {"epoch": str(self.done)})

    def start_from(self, saved: Logits) -> None:
        """Begin with the weights of a saved network, of which only the signs of the binary ones are
        known: they are set where they can turn again. A narrower network's channels are copied, and
        the copies' weights set apart a little, so that they can become different."""
        network, narrower = self.config.network, saved.network
        wider = narrower.config != network
        state = widened(narrower, network) if wider else network_state(narrower)
        self.model.network.load_state_dict(state, strict=False)
        with torch.no_grad():
            self.model.log_scale.copy_(saved.log_scale)
            self.model.offset.copy_(saved.offset)
            for conv in binary_convs(self.model):
                weight = conv.conv.weight.mul_(START_LATENT)
                if wider:
                    weight.add_(torch.randn_like(weight), alpha=START_LATENT / 3)

    def resume(self, path: Path) -> None:
        """Undo `save`."""
        tensors, metadata = load_tensors(path)
        if metadata.get("network") != network_metadata(self.config)["network"]:
            name = self.config.name
            raise InputError(f"{path} is of another network than {name}: choose another --out")
        weights, average = (
            {key[len(start) :]: tensors.pop(key) for key in list(tensors) if key.startswith(start)}
            for start in ("model.", "average.")
        )
        load_state(self.model.network, weights, path)
        with torch.no_grad():
            self.model.log_scale.copy_(tensors.pop("log_scale"))
            self.model.offset.copy_(tensors.pop("offset"))
        if self.average is not None and average:
            self.average.restore(average)
        elif self.average is not None:
            self.average = Average(self.model, self.config.training.average)
        state: dict[int, dict[str, Tensor]] = {}
        for name, value in tensors.items():
            _, index, key = name.split(".")
            state.setdefault(int(index), {})[key] = value
        self.optimiser.load_state_dict({**self.optimiser.state_dict(), "state": state})
        self.done = int(metadata["epoch"])


def train(
    config: Config, dataset: Dataset | Mixture, test: Crops | None, out: Path, *, resume: bool,
    teacher: Logits | None = None, start: Logits | None = None, fabric: Fabric | None = None,
    workers: int = 0,
) -> Path:  # fmt: skip
    """The whole run; returns the final checkpoint, free of rounding ties."""
    fabric = fabric or fabric_of(config, "cpu", 1, 1)
    trainer, last = Trainer(config, fabric, teacher), out / "last.safetensors"
    if resume and last.exists():
        trainer.resume(last)
    elif start is not None:
        trainer.start_from(start)
    first, epochs, began = trainer.done, config.training.epochs, time.monotonic()
    writer, result = SummaryWriter(str(out / "tensorboard"), purge_step=first), None
    while trainer.done < epochs:
        loss = trainer.epoch(dataset, workers)
        if not fabric.is_global_zero:
            continue
        writer.add_scalar("loss", loss, trainer.done)
        line = f"epoch {trainer.done}/{epochs} loss {loss:.3f}"
        due = trainer.done % EVALUATE_EVERY == 0 or trainer.done == epochs
        if test is not None and due:
            result = trainer.result(dataset)
            line += f" {_evaluate(trainer, result, test, writer)}"
        trainer.save(last)
        each = (time.monotonic() - began) / (trainer.done - first)
        left = each * (epochs - trainer.done) / 60
        tqdm.write(f"{line} | {len(dataset) / each:.0f} images/s, {left:.0f} min left")
    writer.close()
    final = out / f"{config.name}.safetensors"
    if fabric.is_global_zero:
        # That of the last epoch where it was evaluated, as it always is with test images.
        result = result or trainer.result(dataset)
        if not config.network.real:
            settle_ties(result.network)
        save_network(final, result.cpu(), config)
    fabric.barrier()
    return final


def _evaluate(trainer: Trainer, model: Logits, test: Crops, writer: SummaryWriter) -> str:
    """Accuracy now, into TensorBoard with sample predictions, and as text."""
    maps, decoder = heatmaps_of(model.network, test.images), model.decoder
    name, figure = headline(maps, test, trainer.config, decoder)
    writer.add_scalar(name, figure, trainer.done)
    found, _ = landmarks_in(maps[:8], decoder)
    picture = gallery(test.images[:8], test.landmarks[:8], found, [""] * len(found))
    writer.add_image("test", picture, trainer.done, dataformats="HWC")
    return f"{name} {figure:.5f}"


def fabric_of(config: Config, accelerator: str, devices: int, nodes: int) -> Fabric:
    """The engine; several devices train with DistributedDataParallel."""
    low = config.training.precision == "bf16"
    strategy = "ddp" if devices * nodes > 1 else "auto"
    try:
        fabric = Fabric(
            accelerator=accelerator, devices=devices, num_nodes=nodes, strategy=strategy,
            precision="bf16-mixed" if low else "32-true",
        )  # fmt: skip
        fabric.launch()
    except (RuntimeError, ValueError) as error:
        raise InputError(f"--accelerator {accelerator} --devices {devices}: {error}") from None
    return fabric


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(prog="python -m model.train", description=__doc__)
    parser.add_argument("--config", default="face-tiny")
    parser.add_argument("--data", type=Path, help="folder with the data (or LANDMARK_DATA)")
    parser.add_argument("--out", type=Path, required=True, help="folder for checkpoints and logs")
    parser.add_argument("--resume", action="store_true", help="go on from the last checkpoint")
    parser.add_argument("--start", type=Path, help="checkpoint to start from, maybe of less width")
    parser.add_argument("--teacher", help="configuration to learn from, by training.distil")
    parser.add_argument("--teacher-checkpoint", type=Path, help="other than the shipped one")
    parser.add_argument("--accelerator", default="auto", help="auto, cpu, cuda, …")
    parser.add_argument("--devices", type=int, default=1, help="devices in each machine")
    parser.add_argument("--nodes", type=int, default=1, help="machines, started by torchrun")
    parser.add_argument("--workers", type=int, default=0, help="processes that make batches")
    parser.add_argument("--set", action="append", default=[], metavar="SECTION.KEY=VALUE")
    args = parser.parse_args()
    config, folder = load_config(args.config, args.set), data_folder(args.data)
    if bool(args.teacher) != bool(config.training.distil):
        raise InputError("distillation needs both --teacher and training.distil above 0")
    test = crops_of(dataset_of(config, folder, "test"), config)
    teacher = load_logits(args.teacher, args.teacher_checkpoint) if args.teacher else None
    start = None
    if args.start:
        start = load_logits(replace(config, network=saved_network(args.start)), args.start)
    fabric = fabric_of(config, args.accelerator, args.devices, args.nodes)
    final = train(
        config, training_set(config, folder), test, args.out, resume=args.resume,
        teacher=teacher, start=start, fabric=fabric, workers=args.workers,
    )  # fmt: skip
    if fabric.is_global_zero:
        print(f"wrote {final}")


if __name__ == "__main__":
    run_command(main)
