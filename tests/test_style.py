# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""The budgets for the code: sizes, headers, docstrings, types, ruff and mypy."""

from __future__ import annotations

import ast
import statistics
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("model", "hls", "bitstream_flow", "host")
SOURCES = sorted(
    path
    for name in (*PACKAGES, "tests")
    for path in (ROOT / name).rglob("*")
    if path.suffix in {".py", ".sv", ".cpp", ".hpp", ".h", ".toml"}
)
PYTHON = [path for path in SOURCES if path.suffix == ".py"]


def _functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", SOURCES, ids=_name)
def test_header_and_length(path: Path) -> None:
    lines = path.read_text().splitlines()
    assert len(lines) <= 400
    assert "SPDX-FileCopyrightText" in lines[0] and "SPDX-License-Identifier" in lines[1]
    assert max(map(len, lines)) <= 100


def test_median_file_is_short() -> None:
    assert statistics.median(len(path.read_text().splitlines()) for path in SOURCES) <= 150


@pytest.mark.parametrize("path", PYTHON, ids=_name)
def test_no_long_function(path: Path) -> None:
    long = {f.name: f.end_lineno - f.lineno + 1 for f in _functions(path)}
    assert {name: n for name, n in long.items() if n > 60} == {}


def test_median_function_is_short() -> None:
    lengths = [f.end_lineno - f.lineno + 1 for path in PYTHON for f in _functions(path)]
    assert statistics.median(lengths) <= 12


def test_nothing_is_unpickled() -> None:
    for path in PYTHON:
        if path != Path(__file__):
            text = path.read_text()
            assert "allow_pickle=True" not in text and "import pickle" not in text, path


@pytest.mark.parametrize(
    "command",
    [
        ["ruff", "check", "--no-cache", "."],
        ["ruff", "format", "--no-cache", "--check", "."],
        ["mypy"],
    ],
    ids=" ".join,
)
def test_linters(command: list[str]) -> None:
    pytest.importorskip(command[0])
    run = subprocess.run([sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr
