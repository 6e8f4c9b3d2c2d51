# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Programs that simulate: a C++ compiler, and what it made, kept by content."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from hls.common.errors import InputError


class SimulationError(InputError):
    """A design cannot be built or run; the message is one line."""


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


def digest(*parts: object) -> str:
    """A name for content: of anything with a faithful str()."""
    total = hashlib.sha256()
    for part in parts:
        data = str(part).encode()
        total.update(len(data).to_bytes(8, "little") + data)
    return total.hexdigest()[:32]


def cached(path: Path, make: Callable[[Path, Path], None]) -> Path:
    """`path`, made in a folder of its own and then renamed if it is not there yet."""
    if not path.exists():
        with _folder_beside(path) as folder:
            target = Path(folder) / "result"
            make(Path(folder), target)
            target.replace(path)
    return path


def _folder_beside(path: Path) -> tempfile.TemporaryDirectory[str]:
    """A folder that is gone after use, on the same disk; the cache must be writable for it."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return tempfile.TemporaryDirectory(dir=path.parent, prefix="making-")
    except OSError as error:
        raise SimulationError(
            f"nothing can be kept in {path.parent} ({error.strerror}): name a folder in"
            " LANDMARK_CACHE that can be written"
        ) from None


def run_compiler(cxx: str, arguments: Sequence[str]) -> None:
    """Run the compiler; its first error becomes a SimulationError."""
    run = subprocess.run([cxx, *arguments], capture_output=True, text=True, check=False)
    if run.returncode:
        lines = [line for line in run.stderr.splitlines() if "error" in line]
        first = (lines or run.stderr.splitlines() or [f"exit {run.returncode}"])[0]
        raise SimulationError(f"the C++ compiler {cxx} fails: {first[:300]}")
