# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""`python -m host.emulator`: what it prints, and that a difference is not hidden."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from host.bundle.bundle import load_bundle
from host.emulator import Emulator
from host.emulator.__main__ import compare
from tests.networks import landmark_net, write_test_bundle

ROOT = Path(__file__).resolve().parents[3]


def _run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "host.emulator", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True)


@pytest.mark.parametrize("decode", [False, True])
def test_compare_and_bench(tmp_path: Path, decode: bool) -> None:
    bundle = write_test_bundle(tmp_path, landmark_net() if decode else None)
    run = _run("--bundle", str(bundle), "--compare", "120", "--bench", "5")
    assert run.returncode == 0, run.stderr
    assert run.stdout.splitlines()[0].strip() == "120 frames: 0 mismatches"
    assert "frames/s" in run.stdout and "GMAC/s" in run.stdout and "load" in run.stdout
    assert "120 of 120" in run.stderr


def test_a_flipped_weight_is_found(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bundle = load_bundle(write_test_bundle(tmp_path))
    emulator = Emulator(bundle.graph, bundle.decoder)
    emulator.decode(np.zeros((1, *bundle.graph.tensors["image"].shape), np.uint8))
    node = next(node for node in bundle.graph.nodes if node.op.module == "int_mvu")
    node.constants["weights"][0] *= -1
    assert compare(bundle, emulator, 60) > 0
    assert "60 frames: 0" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "nothing to do: give --compare N or --bench N"),
        (["--compare", "0"], "need at least one frame"),
        (["--bench", "3", "--threads", "0"], "0 threads"),
        (["--bench", "3", "--bundle", "/nowhere"], "/nowhere"),
    ],
)
def test_bad_arguments_are_one_line(tmp_path: Path, arguments: list[str], message: str) -> None:
    if "--bundle" not in arguments:
        arguments = [*arguments, "--bundle", str(write_test_bundle(tmp_path))]
    run = _run(*arguments)
    assert run.returncode == 1 and run.stderr.count("\n") == 1
    assert run.stderr.startswith("error: ") and message in run.stderr
