# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""The notebook runs from top to bottom, from any folder, and is stored without outputs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from host.pictures.image_files import write_png
from tests.host.drawn_faces import drawn_face, needs_cascade
from tests.networks import write_test_bundle

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOK = ROOT / "host" / "notebooks" / "landmarks.ipynb"
NOTEBOOKS = sorted(NOTEBOOK.parent.glob("*.ipynb"))

# As Jupyter does it: cell by cell in one interpreter, until the first error.
EXECUTE = """
import json, sys
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
for cell in json.load(open(sys.argv[1], encoding="utf-8"))["cells"]:
    if cell["cell_type"] == "code":
        shell.run_cell("".join(cell["source"])).raise_error()
"""


def _execute(tmp_path: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    bundle = str(write_test_bundle(tmp_path / "bundle"))
    settings = {"LANDMARK_BUNDLE": bundle, "MPLBACKEND": "Agg", "IPYTHONDIR": str(tmp_path / "i")}
    return subprocess.run(
        [sys.executable, "-c", EXECUTE, str(NOTEBOOK)],
        cwd=NOTEBOOK.parent,
        env=os.environ | settings | environment,
        capture_output=True,
        text=True,
    )


def _code(notebook: Path) -> list[dict[str, Any]]:
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    return [cell for cell in cells if cell["cell_type"] == "code"]


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_they_are_stored_without_outputs(notebook: Path) -> None:
    code = _code(notebook)
    assert len(code) >= 7
    assert all(not cell["outputs"] and cell["execution_count"] is None for cell in code)


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_the_first_cell_finds_the_program(notebook: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(notebook.parent)
    monkeypatch.setattr(sys, "path", ["elsewhere"])
    exec("".join(_code(notebook)[0]["source"]), {})
    assert sys.path == [str(ROOT), "elsewhere"]


@needs_cascade
def test_it_runs_on_a_picture(tmp_path: Path) -> None:
    pytest.importorskip("IPython")
    write_png(tmp_path / "face.png", drawn_face())
    run = _execute(tmp_path, LANDMARK_IMAGE=str(tmp_path / "face.png"))
    assert run.returncode == 0, run.stdout + run.stderr
    assert "17 frames: every integer equal" in run.stdout
    assert "throughput" in run.stdout
    assert ("Figure" in run.stdout) != ("matplotlib is not installed" in run.stdout)


@needs_cascade
def test_it_stops_where_no_face_is(tmp_path: Path) -> None:
    pytest.importorskip("IPython")
    write_png(tmp_path / "noise.png", np.full((90, 120, 3), 128, np.uint8))
    run = _execute(tmp_path, LANDMARK_IMAGE=str(tmp_path / "noise.png"))
    assert run.returncode != 0 and "no face found" in run.stdout + run.stderr
