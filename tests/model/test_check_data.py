# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""The command that checks data: a line for each finding, exit 1 where data can't be used."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from hls.common.errors import run_command
from model import check_data
from model.config import Config
from model.data.formats import DATA_SETS
from model.data.formats.files import need_split
from model.data.synthetic import synthetic
from model.network.randomise import random_network
from model.training.checkpoint import save_network
from model.training.optimise import Logits
from tests.model.data.test_packed import write_packed

Command = Callable[..., int]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, small: Config, tmp_path: Path) -> Command:
    """The command, with an untrained network in place of the shipped ones."""
    path = tmp_path / "small.safetensors"
    save_network(path, Logits(random_network(small)), small)
    monkeypatch.setattr(check_data, "NETWORKS", {14: "small"})
    monkeypatch.setattr(check_data, "load_config", lambda name: small)
    monkeypatch.setattr(check_data, "checkpoint_path", lambda name: path)

    def command(*arguments: str) -> int:
        monkeypatch.setattr(sys, "argv", ["check_data", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            run_command(check_data.main)
        return int(ended.value.code or 0)

    return command


def test_several_files(run: Command, capsys, tmp_path: Path) -> None:
    good, bad = tmp_path / "good.npz", tmp_path / "bad.npz"
    write_packed(good)
    write_packed(bad, box=np.zeros((6, 3), np.float32), group=np.zeros(6, np.int32))
    assert run(good) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith(f"{good}: 6 images of 14 landmarks; ") and "small" in lines[0]
    assert lines[1:] == ["0 errors, 0 warnings"]
    assert run(good, bad) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].startswith(f"{bad}: error: a box without area in 6 images (the first: 0): make")
    assert lines[2].startswith(f"{bad}: error: 1 groups are in both splits (the first: 0): move")
    assert lines[-1] == "2 errors, 0 warnings"


def test_warnings_leave_data_usable(run: Command, capsys, tmp_path: Path) -> None:
    landmarks = synthetic(6, 14).landmarks
    landmarks[2, 0] = 900
    write_packed(tmp_path / "data.npz", landmarks=landmarks)
    assert run(tmp_path / "data.npz") == 0
    assert "warning: landmarks more than a box's side" in capsys.readouterr().out


def test_an_official_format(run: Command, capsys, monkeypatch) -> None:
    def load(folder: Path, split: str) -> object:
        need_split(split, ("test",), "drawn")
        return synthetic(5, 14)

    monkeypatch.setitem(DATA_SETS, "drawn", load)
    assert run("drawn:somewhere") == 0
    assert "drawn:somewhere: 5 images of 14 landmarks; " in capsys.readouterr().out


def test_landmarks_that_no_network_finds(run: Command, capsys, monkeypatch, tmp_path) -> None:
    write_packed(tmp_path / "data.npz")
    monkeypatch.setattr(check_data, "NETWORKS", {})
    assert run(tmp_path / "data.npz") == 0
    assert "shift and sides not checked: give a network by --config" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("none.npz", "none.npz is missing"),
        ("hsp:folder", "unknown data format 'hsp' in hsp:folder: use mpii, "),
        ("lsp:nowhere", "joints.mat is missing"),
    ],
)
def test_what_cannot_be_read(run: Command, capsys, name: str, message: str) -> None:
    assert run(name) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert message in line


def test_a_network_of_other_landmarks(run: Command, capsys, monkeypatch, tmp_path: Path) -> None:
    write_packed(
        tmp_path / "data.npz",
        landmarks=synthetic(6, 3).landmarks, visible=np.ones((6, 3), bool),
    )  # fmt: skip
    assert run(tmp_path / "data.npz", "--config", "small") == 1
    assert "has 3 landmarks, small finds 14" in capsys.readouterr().err
