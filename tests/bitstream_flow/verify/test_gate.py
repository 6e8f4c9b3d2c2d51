# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""The gate's own bookkeeping, and what the build says of bad arguments."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from bitstream_flow.artifacts.build import Build
from bitstream_flow.artifacts.steps import run_step
from bitstream_flow.boards.board import load_board
from bitstream_flow.build import EXPORT
from bitstream_flow.verify.gate import Comparison, GateReport
from bitstream_flow.verify.implementations import brevitas, random_images
from hls.common.errors import InputError
from hls.common.records import values_of
from model.config import load_config
from model.network.randomise import random_network
from model.network.trace import traced_forward
from model.training.checkpoint import save_network
from model.training.optimise import Logits
from tests.networks import manifest_of, tiny_hourglass


def _tensors() -> dict[str, np.ndarray]:
    return {"a.sign": np.zeros((2, 3, 3, 2), int), "heatmaps": np.ones((2, 1, 1, 5), int)}


def test_equal_tensors() -> None:
    line = Comparison("golden")
    line.add(_tensors(), _tensors())
    assert str(line).split() == ["golden", "2", "frames,", "2", "tensors:", "0", "mismatches"]
    assert GateReport([line], 3, 10, 20).verdict == "equal: Brevitas = golden"


def test_the_first_difference_is_named_in_the_networks_order() -> None:
    line, got = Comparison("RTL"), _tensors()
    got["a.sign"] = got["a.sign"].copy()
    got["a.sign"][1, 2, 0, 1] = 1
    got["heatmaps"] = got["heatmaps"] * 2
    line.add(_tensors(), got)
    assert "2 mismatched frames, first a.sign at frame 1, y 2, x 0, channel 1" in str(line)
    assert "expected 0, got 1" in str(line)
    assert not GateReport([line], 1, 1, 1).equal


def test_an_implementation_without_output_is_an_error() -> None:
    with pytest.raises(InputError, match="gives no heatmaps"):
        Comparison("RTL").add(_tensors(), {"a.sign": _tensors()["a.sign"]})


def test_random_images_hold_the_extremes() -> None:
    images = random_images(tiny_hourglass(), 4)
    assert images[0].max() == 0 and images[1].min() == 255 and images.dtype == np.uint8


def test_a_failed_step_keeps_the_earlier_result(tmp_path) -> None:
    def good(out) -> None:
        (out / "file").write_text("good")

    def bad(out) -> None:
        (out / "file").write_text("half")
        raise KeyboardInterrupt

    assert run_step(tmp_path, "step", "1", good)
    assert not run_step(tmp_path, "step", "1", bad)
    with pytest.raises(KeyboardInterrupt):
        run_step(tmp_path, "step", "2", bad)
    assert (tmp_path / "step" / "file").read_text() == "good"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["--board", "Pynq-Z9"],
            "unknown board 'Pynq-Z9'; known: AUP-ZU3, KV260, ",
        ),
        (["--frames", "1"], "at least 3 show the steady state"),
        (["--config", "nothing"], "unknown configuration 'nothing'; known: "),
    ],
)
def test_bad_arguments_are_one_line(arguments: list[str], message: str) -> None:
    command = [sys.executable, "-W", "ignore", "-m", "bitstream_flow.build", *arguments]
    run = subprocess.run(command, capture_output=True, text=True)
    lines = [line for line in run.stderr.splitlines() if line.startswith("error: ")]
    assert run.returncode == 1 and len(lines) == 1 and message in lines[0]


def test_a_missing_checkpoint_is_named(tmp_path) -> None:
    build = Build("face-tiny", load_board("Pynq-Z1"), 1.0, tmp_path / "none.safetensors")
    with pytest.raises(InputError, match=r"no checkpoint .*none\.safetensors: train one"):
        EXPORT.run(build)


def test_the_gate_compares_with_the_checkpoint_that_was_exported(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("LANDMARK_BUILD", str(tmp_path))
    config = load_config("face-tiny")
    network = random_network(config)
    checkpoint = tmp_path / "mine.safetensors"
    save_network(checkpoint, Logits(network), config)
    made = Build("face-tiny", load_board("Pynq-Z1"), 10.0, checkpoint)
    assert EXPORT.run(made)
    made.bundle.mkdir()
    manifest = replace(manifest_of(tiny_hourglass()), target_fps=10.0)
    (made.bundle / "manifest.json").write_text(json.dumps(values_of(manifest)))
    # What `make equality` opens knows nothing of the file, which may change or go.
    checkpoint.unlink()
    image = np.random.default_rng(0).integers(0, 256, (1, 64, 64, 3), dtype=np.uint8)
    found = brevitas(Build.existing("face-tiny", "Pynq-Z1"))(image)
    expected = traced_forward(network, image)
    assert all((found[name] == expected[name]).all() for name in expected)


def test_a_build_without_its_checkpoint_says_so(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("LANDMARK_BUILD", str(tmp_path))
    with pytest.raises(InputError, match=r"no checkpoint .*: run make bitstream CONFIG=face-tiny"):
        brevitas(Build("face-tiny", load_board("Pynq-Z1"), 10.0))
