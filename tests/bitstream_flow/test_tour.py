# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""The tour notebook: from drawn faces to landmarks of simulated RTL, from top to bottom."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.hls.operators.operator_check import needs_simulation
from tests.host.test_notebook import EXECUTE, ROOT

TOUR = ROOT / "host" / "notebooks" / "tour.ipynb"


@needs_simulation
def test_the_tour(tmp_path: Path) -> None:
    pytest.importorskip("IPython")
    run = subprocess.run(
        [sys.executable, "-c", EXECUTE, str(TOUR)],
        cwd=TOUR.parent,
        env=os.environ | {"IPYTHONDIR": str(tmp_path / "i"), "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert (
        "6 frames: every integer equal" in run.stdout and "IPython.core.display.Image" in run.stdout
    )
    nme = float(re.findall(r"nme ([\d.]+)", run.stdout + run.stderr, re.IGNORECASE)[-1])
    assert nme < 0.15
    predicted, simulated = re.search(r"(\d+) predicted, (\d+) simulated", run.stdout).groups()
    assert int(predicted) <= int(simulated) <= 1.02 * int(predicted) + 16
