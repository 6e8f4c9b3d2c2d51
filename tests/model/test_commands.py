# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""The model's command lines: what they print, and one line where the input is wrong."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest

from hls.common.errors import run_command
from model import evaluate, export, summary, train


def run(main: Callable[[], None], monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["command", *arguments])
    with pytest.raises(SystemExit) as ended:
        run_command(main)
    return int(ended.value.code or 0)


def test_summary_counts_the_published_sizes(monkeypatch, capsys) -> None:
    assert run(summary.main, monkeypatch, "--config", "face-tiny") == 0
    binary, integer = capsys.readouterr().out.splitlines()
    assert binary.split()[:2] == ["binary:", f"{BINARY_WEIGHTS:,}"]
    # The stem's 3 x 3 x 3 x 16 and the head's 32 x 68.
    assert integer.split()[:2] == ["integer:", f"{432 + 2176:,}"]


# Blocks of 32 -> 16 -> 8 -> 8 (block1 from 16, and its skip), and the head's 1x1.
BLOCK = 9 * (32 * 16 + 16 * 8 + 8 * 8)
BINARY_WEIGHTS = 9 * BLOCK + 9 * (16 * 16 + 16 * 8 + 8 * 8) + 16 * 32 + 32 * 32


@pytest.mark.parametrize(
    ("main", "arguments", "message"),
    [
        (summary.main, ["--config", "none"], "unknown configuration 'none'"),
        (evaluate.main, ["--checkpoint", "absent.safetensors"], "absent.safetensors is missing"),
        (export.main, ["--checkpoint", "absent.safetensors", "--out", "x"], "is missing"),
        (train.main, ["--out", "x", "--data", "nowhere"], "data folder nowhere is missing"),
        (train.main, ["--out", "x", "--set", "training.loss='l1'"], "loss = 'l1' is not allowed"),
        (train.main, ["--out", "x", "--teacher", "face-z1-real"], "needs both --teacher and"),
        (train.main, ["--out", "x", "--set", "training.distil=0.5"], "needs both --teacher and"),
    ],
)
def test_mistakes_are_one_line(main, arguments, message, monkeypatch, capsys, tmp_path) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(main, monkeypatch, *arguments) == 1
    error = capsys.readouterr().err
    assert error.startswith("error: ") and message in error and error.count("\n") == 1
