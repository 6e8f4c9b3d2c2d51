# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""`make docs`: a page for every module."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("hls", "host", "model", "bitstream_flow")


@pytest.mark.pdoc
def test_every_module_has_its_page(tmp_path: Path) -> None:
    line = re.search(r"-m pdoc .*", (ROOT / "Makefile").read_text())
    assert line is not None
    command = shlex.split(line[0].replace("build/docs", str(tmp_path)))
    run = subprocess.run([sys.executable, *command], cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    missing = [
        module
        for package in PACKAGES
        for path in (ROOT / package).rglob("*.py")
        for module in [path.relative_to(ROOT).with_suffix("")]
        if module.name not in ("__init__", "__main__")
        and not (tmp_path / module.with_suffix(".html")).is_file()
    ]
    sides = Path("bitstream_flow/benchmarks/peers/sides")
    elsewhere = ["host/simulated/device", sides / "dlib_side", sides / "mediapipe_side"]
    assert sorted(missing) == sorted(map(Path, elsewhere))
    assert "must have been taken before" in (tmp_path / "hls/operators/operator.html").read_text()
