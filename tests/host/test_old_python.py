# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""`make board-like` takes the first Python 3.10 that really runs."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")


def _program(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


def _found(tmp_path: Path) -> str:
    environment = os.environ | {
        "PATH": f"{tmp_path / 'bin'}:/usr/bin:/bin",
        "PYENV_ROOT": str(tmp_path / "pyenv"),
    }
    # What an outer make was told must not count.
    for name in ("PYTHON310", "MAKEFLAGS", "MFLAGS"):
        environment.pop(name, None)
    command = ["make", "-s", "--no-print-directory", "python310"]
    run = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    return run.stdout.strip()


def test_the_path_comes_first(tmp_path: Path) -> None:
    _program(tmp_path / "bin" / "python3.10", "exit 0")
    assert _found(tmp_path) == "python3.10"


def test_a_shim_that_does_not_run_is_passed_over(tmp_path: Path) -> None:
    _program(tmp_path / "bin" / "python3.10", "exit 127")
    real = _program(tmp_path / "pyenv/versions/3.10.9/bin/python3.10", "exit 0")
    assert _found(tmp_path) == str(real)


def test_uv_is_asked_last(tmp_path: Path) -> None:
    _program(tmp_path / "bin" / "python3.10", "exit 127")
    real = _program(tmp_path / "uv's" / "python3.10", "exit 0")
    _program(tmp_path / "bin" / "uv", f'[ "$*" = "python find 3.10" ] && echo "{real}"')
    assert _found(tmp_path) == str(real)


def test_none_at_all(tmp_path: Path) -> None:
    _program(tmp_path / "bin" / "python3.10", "exit 127")
    assert _found(tmp_path) == ""
