# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Two processes under torchrun train what one process trains that accumulates their half-batches.

It is also the program that torchrun starts, with the file to write.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import torch

from model.config import STRIDE, Config, parse_config
from model.data.batches import batches
from model.data.synthetic import synthetic
from model.train import GRADIENT_NORM, Trainer, fabric_of
from model.training.checkpoint import load_tensors
from model.training.optimise import keep_in_range, set_rate
from tests.model.conftest import VALUES

PROCESSES = 2


def config() -> Config:
    return parse_config("small", VALUES)


def of_two_processes(out: Path) -> None:
    """One of the processes: trains, and the first one saves."""
    trainer = Trainer(config(), fabric_of(config(), "cpu", PROCESSES, 1))
    for _ in range(config().training.epochs):
        trainer.epoch(synthetic(48, 14))
    if trainer.fabric.is_global_zero:
        trainer.save(out)
    trainer.fabric.barrier()


def accumulate(trainer: Trainer) -> None:
    """An epoch in one process: BatchNorm over each half, its running figures the first half's."""
    epoch, model = trainer.done, trainer.model
    halves = [
        batches(synthetic(48, 14), trainer.config, epoch, rank=rank, world=PROCESSES)
        for rank in range(PROCESSES)
    ]
    model.train()
    for step, parts in enumerate(zip(*halves, strict=True)):
        progress = (epoch + step / len(halves[0])) / trainer.config.training.epochs
        set_rate(trainer.optimiser, trainer.config.training, progress)
        trainer.optimiser.zero_grad()
        for rank, batch in enumerate(parts):
            before = [buffer.clone() for buffer in model.buffers()]
            loss = trainer.loss(batch, trainer.config.network.input_size // STRIDE)
            (loss / PROCESSES).backward()
            if rank:
                for buffer, value in zip(model.buffers(), before, strict=True):
                    buffer.copy_(value)
        torch.nn.utils.clip_grad_norm_(model.parameters(), GRADIENT_NORM)
        trainer.optimiser.step()
        keep_in_range(model)
    trainer.done += 1


def test_two_processes_are_one_that_accumulates(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone"]
    command += ["--nproc-per-node", str(PROCESSES), "-m", __name__, str(tmp_path / "two")]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert ended.returncode == 0, ended.stderr
    trainer = Trainer(config(), fabric_of(config(), "cpu", 1, 1))
    trainer.save(tmp_path / "start")
    for _ in range(config().training.epochs):
        accumulate(trainer)
    trainer.save(tmp_path / "one")
    start, one, two = (load_tensors(tmp_path / name)[0] for name in ("start", "one", "two"))
    weights = [name for name in one if not name.startswith("adam.")]
    assert one.keys() == two.keys() and len(weights) > 20
    for name in weights:
        torch.testing.assert_close(one[name], two[name], rtol=0, atol=1e-5, msg=name)
    moved = [(one[name].float() - start[name].float()).abs().max() > 1e-3 for name in weights]
    assert sum(moved) > len(weights) / 2


if __name__ == "__main__":
    of_two_processes(Path(sys.argv[1]))
