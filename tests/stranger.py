# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""`make stranger`: README's two commands as somebody runs them who has nothing of this machine.

A fresh clone of what is committed, none of pip's settings, wheels and constraints, a home of its
own, and an ordinary user where root starts it. `--resolve` only asks pip whether it could install
the pins of both sides: so a pin that this machine alone has cannot pass.
"""

from __future__ import annotations

import argparse
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bitstream_flow.set_up import FAST, PIP, SIDES, network_trouble

ROOT = Path(__file__).resolve().parent.parent
VERSIONS = ("3.11", "3.12", "3.13")
COMMANDS = (("make", "bitstream", "CONFIG=face-tiny"), ("make", "test"))
SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
# How this machine reaches the network at all, and what its processor needs, are no help to pip.
KEPT = {
    "PIP_CERT", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "LANG", "TERM",
    "http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY",
    "OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE",
}  # fmt: skip


def bare_environment(home: str, name: str, machine: Mapping[str, str]) -> dict[str, str]:
    """The variables of a stranger called `name`: of this machine's only what is in KEPT."""
    kept = {key: value for key, value in machine.items() if key in KEPT}
    own = {"HOME": home, "USER": name, "LOGNAME": name, "PATH": SYSTEM_PATH}
    return kept | own | {"PIP_CONFIG_FILE": os.devnull}


def clone(into: Path) -> Path:
    """A fresh clone of what is committed here."""
    left = subprocess.check_output(["git", "status", "--porcelain"], cwd=ROOT, text=True)
    if left:
        print(f"not committed, so left out: {len(left.splitlines())} files", flush=True)
    there = into / "binary-landmarks"
    subprocess.run(["git", "clone", "--quiet", "--no-hardlinks", ROOT, there], check=True)
    return there


@dataclass(frozen=True)
class Outcome:
    """How one command went."""

    command: str
    status: int
    minutes: float

    def __str__(self) -> str:
        word = "passed" if self.status == 0 else f"FAILED (exit {self.status})"
        return f"{self.command}: {word} in {self.minutes:.1f} minutes"


def run_commands(commands: Sequence[tuple[str, Sequence[str]]], **how: Any) -> list[Outcome]:
    """Run (name, command line) in turn, as subprocess.run(**how) does; a failure ends it."""
    outcomes: list[Outcome] = []
    for name, command in commands:
        started = time.monotonic()
        status = subprocess.run(command, stdin=subprocess.DEVNULL, **how).returncode
        outcomes.append(Outcome(name, status, (time.monotonic() - started) / 60))
        print(f"{outcomes[-1]}", flush=True)
        if status:
            break
    return outcomes


class Stranger:
    """An ordinary user with a home in `folder`: `nobody`, where root asks, else you."""

    def __init__(self, folder: Path) -> None:
        self.home = folder / "home"
        self.home.mkdir(exist_ok=True)
        user = pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
        self.environment = bare_environment(str(self.home), user.pw_name, os.environ)
        self.how: dict[str, Any] = {"env": self.environment}
        if os.geteuid() == 0:
            self.how |= {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        self.own(self.home)

    def own(self, folder: Path) -> None:
        """Give the stranger a folder and all that is in it."""
        if "user" in self.how:
            ids = f"{self.how['user']}:{self.how['group']}"
            subprocess.run(["chown", "--recursive", "--no-dereference", ids, folder], check=True)

    def find_python(self, version: str, folder: Path) -> str | None:
        """A Python that the stranger can run; one in root's home is copied without its packages."""
        if found := find_python(version, cwd=folder, **self.how):
            return found
        found = find_python(version)
        if found is None:
            return None
        ask = [found, "-c", "import sys; print(sys.base_prefix)"]
        prefix = subprocess.check_output(ask, text=True).strip()
        copy = folder / f"python{version}"
        leave = shutil.ignore_patterns("site-packages", "__pycache__", "test")
        shutil.copytree(prefix, copy, symlinks=True, ignore=leave)
        program = copy / "bin" / f"python{version}"
        look_beside(program, Path(prefix) / "lib")
        self.own(copy)
        named = self.how | {"env": self.environment | {"PYTHON": str(program)}}
        return find_python(version, cwd=folder, **named)


def look_beside(program: Path, library: Path) -> None:
    """Let a copied program find its libraries in ../lib: their first place is root's alone.

    A variable would do as well, but a stranger has none, and tests that clear theirs would fail.
    """
    old, new = bytes(library) + b"\0", b"$ORIGIN/../lib\0"
    if len(new) <= len(old):
        code = program.read_bytes()
        program.write_bytes(code.replace(old, new.ljust(len(old), b"\0")))


def find_python(version: str, **how: Any) -> str | None:
    """What find_python.sh finds, run as subprocess.run(**how) does; $PYTHON does not count."""
    how.setdefault("env", {key: value for key, value in os.environ.items() if key != "PYTHON"})
    finder = ["sh", str(ROOT / "bitstream_flow" / "find_python.sh"), version]
    return subprocess.run(finder, capture_output=True, text=True, **how).stdout.strip() or None


def try_version(
    version: str, folder: Path, commands: Sequence[Sequence[str]], needed: bool = False
) -> bool:
    """Both commands with one Python, in a fresh clone; whether none failed.

    A Python that this machine lacks is a failure only where it was asked for.
    """
    stranger = Stranger(folder)
    python = stranger.find_python(version, folder)
    if python is None:
        print(f"Python {version}: not on this machine, so not tried", flush=True)
        return not needed
    there = clone(folder)
    stranger.own(there)
    stranger.environment["PYTHON"] = python
    print(f"Python {version} ({python}) in {there}", flush=True)
    named = [(" ".join(command), command) for command in commands]
    outcomes = run_commands(named, cwd=there, **stranger.how)
    shutil.rmtree(there)
    print(f"Python {version}: " + "; ".join(map(str, outcomes)), flush=True)
    return outcomes[-1].status == 0


def resolve(version: str, folder: Path) -> bool:
    """Whether pip could install both sides; True, with a line, where nobody can tell."""
    python = find_python(version)
    if python is None:
        print(f"Python {version}: not on this machine, so its pins are not checked", flush=True)
        return True
    subprocess.run([python, "-m", "venv", folder / "pip"], check=True)
    plan = ("--dry-run", "--ignore-installed", FAST)
    steps = [(PIP,), *((*plan, *step) for side in SIDES.values() for step in side.steps)]
    pip = [folder / "pip" / "bin" / "python", "-m", "pip", "install", "--quiet"]
    environment = bare_environment(str(folder), "stranger", os.environ)
    how: dict[str, Any] = {"cwd": clone(folder), "env": environment}
    for step in steps:
        run = subprocess.run([*pip, *step], capture_output=True, text=True, **how)
        if run.returncode:
            good, line = verdict(step, run.stderr)
            print(f"Python {version}: {line}", flush=True)
            return good
    print(f"Python {version}: PyPI has every pin", flush=True)
    return True


def verdict(step: Sequence[str], said: str) -> tuple[bool, str]:
    """Whether a pip that failed says nothing of the pins, and a line or more about that."""
    if trouble := network_trouble(said):
        return True, f"pins not checked, no network: {trouble}"
    return False, f"pip install {' '.join(step)}\n{said}"


def main() -> int:
    """Try each Python; exit 1 if a command fails with one of them."""
    parser = argparse.ArgumentParser(description="Both commands on a machine without settings.")
    parser.add_argument("--python", action="append", metavar="X.Y", help="only this one")
    parser.add_argument("--folder", type=Path, default="/var/tmp", help="where (13 GB)")
    parser.add_argument("--resolve", action="store_true", help="only ask pip about the pins")
    parser.add_argument("--bitstream", action="store_true", help="leave `make test` out")
    options = parser.parse_args()
    commands = COMMANDS[:1] if options.bitstream else COMMANDS

    def attempt(version: str) -> bool:
        with tempfile.TemporaryDirectory(prefix="stranger-", dir=options.folder) as name:
            folder = Path(name)
            folder.chmod(0o755)
            if options.resolve:
                return resolve(version, folder)
            return try_version(version, folder, commands, needed=options.python is not None)

    # Asking is mostly waiting for the network; builds want the machine to themselves.
    with ThreadPoolExecutor(len(VERSIONS) if options.resolve else 1) as pool:
        passed = list(pool.map(attempt, options.python or VERSIONS))
    return 0 if all(passed) else 1


if __name__ == "__main__":
    sys.exit(main())
