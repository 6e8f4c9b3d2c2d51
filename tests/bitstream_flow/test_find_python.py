# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""The set-up takes the first Python that fits, really runs and has venv; else one line says why."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FINDER = ROOT / "bitstream_flow" / "find_python.sh"


def _python(path: Path, answer: str) -> Path:
    """A program that answers as `describe` in the script does, or fails where it says nothing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f'#!/bin/sh\n[ -z "{answer}" ] && exit 127\necho "{answer}"\n')
    path.chmod(0o755)
    return path


def _find(tmp_path: Path, *versions: str, **variables: str) -> subprocess.CompletedProcess[str]:
    place = tmp_path / "bin"
    place.mkdir(exist_ok=True)
    for tool in ("sh", "sed"):
        if not (place / tool).exists():
            (place / tool).symlink_to(str(shutil.which(tool)))
    environment = {"PATH": str(place), "HOME": str(tmp_path), "PYTHON": "", **variables}
    command = ["sh", str(FINDER), *versions]
    return subprocess.run(command, env=environment, capture_output=True, text=True)


def _refusal(tmp_path: Path, *versions: str, **variables: str) -> str:
    run = _find(tmp_path, *versions, **variables)
    assert run.returncode == 1 and run.stdout == "" and run.stderr.count("\n") == 1
    return run.stderr.strip()


def test_the_path_comes_first(tmp_path: Path) -> None:
    _python(tmp_path / "bin" / "python3.12", "3.12 venv")
    _python(tmp_path / ".pyenv/versions/3.12.1/bin/python3.12", "3.12 venv")
    assert _find(tmp_path, "3.12").stdout == "python3.12\n"


def test_earlier_versions_come_first(tmp_path: Path) -> None:
    for version in ("3.11", "3.12", "3.13"):
        _python(tmp_path / "bin" / f"python{version}", f"{version} venv")
    assert _find(tmp_path, "3.12", "3.11").stdout == "python3.12\n"


def test_a_shim_without_anything_behind_it_is_passed_over(tmp_path: Path) -> None:
    _python(tmp_path / "bin" / "python3.10", "")
    real = _python(tmp_path / "pyenv/versions/3.10.9/bin/python3.10", "3.10 venv")
    assert _find(tmp_path, "3.10", PYENV_ROOT=str(tmp_path / "pyenv")).stdout == f"{real}\n"


def test_uv_is_asked_last(tmp_path: Path) -> None:
    real = _python(tmp_path / "uv's" / "python3.10", "3.10 venv")
    _python(tmp_path / "bin" / "uv", str(real))
    assert _find(tmp_path, "3.10").stdout == f"{real}\n"


def test_a_python_that_was_named_is_the_only_one(tmp_path: Path) -> None:
    _python(tmp_path / "bin" / "python3.11", "3.11 venv")
    mine = _python(tmp_path / "mine", "3.13 venv")
    assert _find(tmp_path, "3.11", "3.13", PYTHON=str(mine)).stdout == f"{mine}\n"
    old = _python(tmp_path / "old", "3.9 venv")
    assert f"{old} is 3.9: " in _refusal(tmp_path, "3.11", "3.13", PYTHON=str(old))
    gone = str(tmp_path / "gone")
    assert f"{gone} does not run: " in _refusal(tmp_path, "3.11", PYTHON=gone)


def test_none_that_fits(tmp_path: Path) -> None:
    _python(tmp_path / "bin" / "python3", "3.14 venv")
    assert _refusal(tmp_path, "3.11", "3.12", "3.13") == (
        "error: Python 3.11, 3.12 or 3.13 is needed, and python3 is 3.14: install one, or name it"
        " with make PYTHON=/path/to/python"
    )


def test_without_the_venv_module(tmp_path: Path) -> None:
    _python(tmp_path / "bin" / "python3.13", "3.13")
    said = _refusal(tmp_path, "3.11", "3.13")
    assert said == "error: Python 3.13 has no venv module: apt-get install python3.13-venv"
    _python(tmp_path / "bin" / "python3.12", "3.12 venv")
    assert _find(tmp_path, "3.13", "3.12").stdout == "python3.12\n"


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
def test_make_hands_the_line_on() -> None:
    environment = os.environ | {"PYTHON": "/no/such/python"}
    for name in ("MAKEFLAGS", "MFLAGS", "MAKEOVERRIDES"):
        environment.pop(name, None)
    run = subprocess.run(
        ["make", "-s", "host-side"], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert run.returncode == 2
    first = run.stderr.splitlines()[0]
    assert first.startswith("error: Python 3.11, 3.12 or 3.13 is needed, and /no/such/python does")


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
def test_an_old_make_is_refused() -> None:
    command = ["make", "MAKE_VERSION=3.81", "help"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 2
    assert "GNU make 4 is needed, and this is 3.81: apt-get install make" in run.stderr
