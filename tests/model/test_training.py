# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Training learns, resumes in the same state, and its results can be saved, checked, exported."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from hls.common.errors import InputError
from hls.streams.landmarks import DecoderSettings, decode, to_image
from model.config import Config
from model.data.synthetic import synthetic
from model.evaluation.crops import accuracy, crops_of, heatmaps_of
from model.export import export_qonnx_file
from model.network.network import LandmarkNetwork
from model.network.randomise import random_network
from model.network.rounding_ties import Decision, settle, settle_ties, ties
from model.network.trace import traced_forward
from model.train import Trainer, fabric_of, train
from model.training.checkpoint import load_logits, load_network, load_tensors, save_network
from model.training.optimise import Logits
from model.training.targets import gaussians
from tests.model.data.test_packed import write_packed


@pytest.mark.parametrize(
    "changes", [{}, {"real_weights": 0.5}, {"half_size": 0.5}, {"average": 0.5}]
)
def test_resume_gives_the_same_weights(small: Config, tmp_path: Path, changes: dict) -> None:
    network = replace(small.network, input_size=32)
    config = replace(small, network=network, training=replace(small.training, **changes))
    data = synthetic(16, 14)
    whole = train(config, data, None, tmp_path / "whole", resume=False)
    part, real, calls = tmp_path / "part", Trainer.loss, []

    def interrupted(self: Trainer, *args: Any) -> torch.Tensor:
        calls.append(1)
        if len(calls) == 4:  # the second batch of the second epoch
            raise KeyboardInterrupt
        return real(self, *args)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Trainer, "loss", interrupted)
        with pytest.raises(KeyboardInterrupt):
            train(config, data, None, part, resume=False)
    assert load_tensors(part / "last.safetensors")[1]["epoch"] == "1"
    again = train(config, data, None, part, resume=True)
    left, right = load_tensors(whole)[0], load_tensors(again)[0]
    assert all(torch.equal(left[key], right[key]) for key in left)


def test_training_learns(small: Config, tmp_path: Path) -> None:
    rate = replace(small.training, epochs=15, learning_rate=1e-2)
    config, crops = replace(small, training=rate), crops_of(synthetic(32, 14, seed=9), small)

    def error(model: Logits) -> float:
        return accuracy(lambda x: heatmaps_of(model.network, x), crops, model.decoder)

    before = error(Logits(LandmarkNetwork(config.network)))
    final = train(config, synthetic(96, 14), crops, tmp_path, resume=False)
    assert error(load_logits(config, final)) < 0.8 * before


def test_a_loss_that_is_not_finite_stops(small: Config, tmp_path: Path) -> None:
    data = replace(synthetic(8, 14), landmarks=np.full((8, 14, 2), np.nan, np.float32))
    with pytest.raises(InputError, match=r"the loss is nan in epoch 1.* lower learning_rate"):
        train(small, data, None, tmp_path, resume=False)


def test_too_few_images(small: Config, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="fewer than one batch"):
        train(small, synthetic(3, 14), None, tmp_path, resume=False)


def test_checkpoints_of_another_network_are_refused(small: Config, tmp_path: Path) -> None:
    path = tmp_path / "net.safetensors"
    save_network(path, Logits(LandmarkNetwork(small.network)), small)
    other = replace(small, network=replace(small.network, width=12))
    with pytest.raises(InputError, match="is of another network than small"):
        load_network(other, path)
    path.write_bytes(b"no tensors")
    with pytest.raises(InputError, match="is no checkpoint"):
        load_network(small, path)
    with pytest.raises(InputError, match="is missing"):
        load_network(small, tmp_path / "none.safetensors")


def test_targets_decode_to_their_landmarks() -> None:
    points = np.random.default_rng(0).uniform(6, 57, (5, 14, 2)).astype(np.float32)
    maps = gaussians(torch.from_numpy(points), 16, 1.0)
    integers = (maps.permute(0, 2, 3, 1).numpy() * 1e6).astype(np.int32)
    # One part in a million is far from the centre, and e-fold over 1.5 million / 8 nearly so.
    found = to_image(decode(integers, DecoderSettings(20_000, 14))[0], 4)
    assert np.abs(found - points).max() <= 0.5 and np.abs(found - points).mean() < 0.2


def test_every_tensor_is_an_integer_in_range(small: Config) -> None:
    images = np.random.default_rng(0).integers(0, 256, (2, 16, 16, 3), dtype=np.uint8)
    for name, values in traced_forward(random_network(small), images).items():
        low, high = (0, 1) if name.endswith(".sign") else (-8, 7)
        if name != "heatmaps":
            assert low <= values.min() and values.max() <= high, name


def test_ties_are_found_settled_and_refused(small: Config, tmp_path: Path) -> None:
    network = random_network(small)
    assert ties(network) == []
    norm = network.block2.stage1.norm
    with torch.no_grad():
        norm.running_mean[0], norm.bias[0] = 3.0, 0.0
    assert ties(network) == ["block2.stage1.sign"]
    with pytest.raises(InputError, match=r"block2.stage1.sign decides by float rounding"):
        export_qonnx_file(network, tmp_path / "x.onnx")
    assert settle_ties(network) == 1 and ties(network) == []


@pytest.mark.parametrize("gain", [7e-6, -7e-6, 3e-7, 1e-5])
@pytest.mark.parametrize("bits", [1, 4])
def test_a_channel_of_next_to_no_gain_settles(gain: float, bits: int) -> None:
    norm = nn.BatchNorm2d(1).eval()
    with torch.no_grad():
        norm.weight.fill_(gain)
        norm.bias.fill_(before := -0.502 if bits > 1 else -0.002)
    decision = Decision("quant", norm, nn.Identity(), bits, 864)
    settle(decision)
    assert not decision.tied().any() and abs(norm.bias.item() - before) < 0.1


@pytest.mark.parametrize("seed", [0, 1])
def test_export_is_checked_against_pytorch(small: Config, tmp_path: Path, seed: int) -> None:
    network = random_network(small, seed)
    assert (network.block1.stage1.norm.weight < 0).any() or seed
    path = export_qonnx_file(network, tmp_path / "net.onnx")
    assert b"/" + b"site-packages" not in path.read_bytes()


def test_a_gradient_that_is_not_finite_stops(small: Config, tmp_path: Path) -> None:
    """Quantisers hide what is no number, so the loss alone can't tell."""
    trainer = Trainer(small, fabric_of(small, "cpu", 1, 1))
    with torch.no_grad():
        trainer.model.network.block2.stage2.norm.weight.fill_(float("nan"))
    with pytest.raises(InputError, match="its gradient nan: lower learning_rate"):
        trainer.epoch(synthetic(8, 14))
    assert trainer.done == 0


def test_a_student_learns_from_its_twin(small: Config, tmp_path: Path) -> None:
    twin = replace(small, network=replace(small.network, real=True))
    path = train(twin, synthetic(16, 14), None, tmp_path / "twin", resume=False)
    teacher = load_logits(twin, path)
    recipe = replace(small.training, distil=1.0, epochs=1)
    trainer = Trainer(replace(small, training=recipe), fabric_of(small, "cpu", 1, 1), teacher)
    plain = Trainer(small, fabric_of(small, "cpu", 1, 1))
    losses = [each.epoch(synthetic(16, 14)) for each in (trainer, plain)]
    assert losses[0] != losses[1]
    assert all(parameter.grad is None for parameter in teacher.parameters())


def test_a_teacher_of_other_landmarks_is_refused(small: Config) -> None:
    other = replace(small.network, landmarks=small.network.landmarks + 1)
    with pytest.raises(InputError, match=r"teacher has \d+ landmarks, small has"):
        Trainer(small, fabric_of(small, "cpu", 1, 1), Logits(LandmarkNetwork(other)))


def test_a_full_disk_keeps_the_last_good_checkpoint(small: Config, tmp_path: Path) -> None:
    trainer, path = Trainer(small, fabric_of(small, "cpu", 1, 1)), tmp_path / "last.safetensors"
    trainer.save(path)
    before = path.read_bytes()

    def full(*_: object) -> None:
        raise OSError("No space left on device")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("model.training.checkpoint.save_file", full)
        with pytest.raises(InputError, match=r"cannot write .*No space left"):
            trainer.save(path)
    assert path.read_bytes() == before and list(tmp_path.iterdir()) == [path]


def test_two_devices_train_one_network(tmp_path: Path) -> None:
    write_packed(tmp_path / "data.npz", 20)
    settings = [
        "training.epochs=1", "training.batch_size=4", "network.landmarks=14", "network.depth=1",
        "network.input_size=16", "network.width=8", "network.stem_width=4",
        "data.files=[{file='data.npz'}]", "data.faceless=0.0", "training.half_size=0.0",
    ]  # fmt: skip
    command = [sys.executable, "-m", "model.train", "--config", "face-tiny", "--devices", "2"]
    command += ["--accelerator", "cpu", "--data", str(tmp_path), "--out", str(tmp_path / "run")]
    command += [word for each in settings for word in ("--set", each)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert ended.returncode == 0, ended.stderr
    assert "Starting with 2 processes" in ended.stderr and ended.stdout.count("wrote") == 1
    assert (tmp_path / "run" / "face-tiny.safetensors").is_file()


def test_the_average_is_what_is_saved(small: Config, tmp_path: Path) -> None:
    config = replace(small, training=replace(small.training, average=0.5))
    data = synthetic(16, 14)
    whole = train(config, data, None, tmp_path / "whole", resume=False)
    plain = train(small, data, None, tmp_path / "plain", resume=False)
    left, other = load_tensors(whole)[0], load_tensors(plain)[0]
    assert any(not torch.equal(left[key], other[key]) for key in left)


def test_a_resumed_average_is_the_same(small: Config) -> None:
    config = replace(small, training=replace(small.training, average=0.9))
    fabric = fabric_of(config, "cpu", 1, 1)
    one, two = Trainer(config, fabric), Trainer(config, fabric)
    one.epoch(synthetic(16, 14))
    assert one.average is not None and two.average is not None
    two.average.restore({key: value.clone() for key, value in one.average.tensors().items()})
    pairs = zip(one.average.tensors().values(), two.average.tensors().values(), strict=True)
    assert all(torch.equal(a, b) for a, b in pairs)
    moved = zip(one.average.tensors().values(), one.model.parameters(), strict=False)
    assert any(not torch.equal(a, b) for a, b in moved)
