# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""The C++ compiler of simulations and of the emulator."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence

from hls.common.errors import SimulationError


def compiler() -> str:
    """The C++ compiler: $CXX, g++ or clang++; without one a SimulationError."""
    named = os.environ.get("CXX")
    for name in (named,) if named else ("g++", "clang++"):
        if name and (path := shutil.which(name)):
            return path
    wanted = f"$CXX is {named}, which is not there" if named else "neither g++ nor clang++ is there"
    raise SimulationError(
        f"the simulation needs a C++ compiler, and {wanted}: apt install g++ (or set CXX)"
    )


def run_compiler(cxx: str, arguments: Sequence[str]) -> None:
    """Run the compiler; its first error becomes a SimulationError."""
    run = subprocess.run([cxx, *arguments], capture_output=True, text=True, check=False)
    if run.returncode:
        lines = [line for line in run.stderr.splitlines() if "error" in line]
        first = (lines or run.stderr.splitlines() or [f"exit {run.returncode}"])[0]
        raise SimulationError(f"the C++ compiler {cxx} fails: {first[:300]}")
