# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""`make deploy BOARD_HOST=xilinx@pynq`: what a board needs, copied there by rsync.

Only Python's own library is used, and nothing runs as root unless the self-test is asked for.
"""

from __future__ import annotations

import argparse
import re
import shlex
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from hls.common.errors import InputError, run_command
from hls.common.folders import ROOT
from host.bundle.seal import BIT, check_seal

# Beside host/ and the bundle: the operators' Python, and what `pip install .` reads.
_PATTERNS = ("host/**/*", "hls/**/*.py", "pyproject.toml", "README.md", "LICENSE")
_HOST = re.compile(r"[A-Za-z0-9_][\w.@:%\[\]-]*")
_FOLDER = re.compile(r"/?[\w][\w./-]*")
_PROBE = """for f in pynq_venv xrt_setup; do
[ -r /etc/profile.d/$f.sh ] && . /etc/profile.d/$f.sh; done
command -v rsync >/dev/null && echo rsync; python3 -c '
import sys; assert sys.version_info >= (3, 10), "Python 3.10 or later is needed"
import cv2, numpy; print("python", sys.version.split()[0], numpy.__version__, cv2.__version__)'"""


def deployed_files() -> list[Path]:
    """The repository's files that go to a board, relative to its root."""
    found = {path.relative_to(ROOT) for pattern in _PATTERNS for path in ROOT.glob(pattern)}
    return sorted(path for path in found if (ROOT / path).is_file() and _goes(path))


def _goes(path: Path) -> bool:
    hidden = any(part.startswith(".") or part == "__pycache__" for part in path.parts)
    # README's photographs are of no use there.
    return not hidden and path.suffix != ".jpg"


def stage(folder: Path, bundle: Path) -> Path:
    """Lay in `folder` what the board will have; returns the bundle's path below it.

    Bundles keep their place in build/, so that several configurations can lie side by side.
    """
    manifest = check_seal(bundle)
    place = Path("build", f"{manifest.config}-{manifest.board}", "bundle")
    for path in deployed_files():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / path, folder / path)
    shutil.copytree(bundle, folder / place)
    return place


class Remote:
    """The board over ssh: one connection, so that a password is asked for once."""

    def __init__(self, host: str, folder: str, ssh: str, sockets: Path) -> None:
        if not _HOST.fullmatch(host):
            raise InputError(f"BOARD_HOST={host}: give user@name, e.g. xilinx@pynq")
        folder = folder[2:] if folder.startswith("~/") else folder
        if not _FOLDER.fullmatch(folder) or ".." in Path(folder).parts:
            raise InputError(f"--folder {folder}: give a folder's name, e.g. binary-landmarks")
        self.host, self.folder = host, folder
        shared = ["ControlMaster=auto", "ControlPersist=60", f"ControlPath={sockets}/s"]
        options = ["ConnectTimeout=10", *shared]
        self._ssh = shlex.split(ssh) + [word for option in options for word in ("-o", option)]

    def run(self, command: str) -> subprocess.CompletedProcess[str]:
        """Run a shell command there; what it prints comes back, a password is asked for here."""
        line = [*self._ssh, self.host, command]
        return _started(line, capture=True)

    def copy(self, sources: list[Path], place: str) -> None:
        """Make what is in `place` of the folder equal to the sources; what else is there stays."""
        line = ["rsync", "--archive", "--no-owner", "--no-group", "--delete", "--compress"]
        line += ["--exclude=__pycache__", f"--rsh={shlex.join(self._ssh)}", "--"]
        line += [*map(str, sources), f"{self.host}:{self.folder}/{place}"]
        if _started(line).returncode != 0:
            raise InputError("rsync failed (its own lines above say why): nothing is complete")

    def follow(self, command: str) -> int:
        """Run a shell command there on this terminal; returns its exit status."""
        return _started([*self._ssh, "-t", self.host, command]).returncode

    def close(self) -> None:
        """End the shared connection."""
        _started([*self._ssh, "-O", "exit", self.host], capture=True)


def _started(line: list[str], capture: bool = False) -> subprocess.CompletedProcess[str]:
    if shutil.which(line[0]) is None:
        raise InputError(
            f"{line[0]} is missing on this machine: install it (openssh-client, rsync)"
        )
    return subprocess.run(line, text=True, check=False, capture_output=capture)


def check_board(remote: Remote) -> None:
    """ssh, rsync and Python there, one line each; what is missing is an InputError."""
    reached = remote.run(_PROBE)
    # ssh's own failures have the status 255.
    if reached.returncode == 255:
        reason = (reached.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise InputError(f"ssh {remote.host} failed: {reason}; try `ssh {remote.host}` by hand")
    print(f"ssh {remote.host}: ok")
    lines = reached.stdout.splitlines()
    if "rsync" not in lines:
        raise InputError(f"rsync is missing on {remote.host}: sudo apt-get install rsync there")
    print("rsync there: ok")
    versions = [line.split()[1:] for line in lines if line.startswith("python ")]
    if not versions:
        reason = (reached.stderr.strip().splitlines() or ["python3 is missing"])[-1]
        raise InputError(f"Python on {remote.host}: {reason}; use PYNQ's image 3.0.1 or 3.1")
    print("Python {}, numpy {}, OpenCV {} there: ok".format(*versions[0]))


def test_command(folder: str, place: Path, has_bitstream: bool) -> str:
    """The shell command that runs the self-test on the board."""
    backend = "board" if has_bitstream else "golden"
    root = "sudo " if has_bitstream else ""
    return (
        f"cd {folder} && {root}bash host/on_board.sh -m host.selftest"
        f" --bundle {place.as_posix()} --backend {backend}"
    )


def deploy(remote: Remote, bundle: Path, test: bool) -> int:
    """Check, copy and say how to go on, or run the self-test; returns the exit status."""
    with tempfile.TemporaryDirectory() as folder:
        staged = Path(folder)
        place = stage(staged, bundle)
        has_bitstream = (bundle / BIT).is_file()
        check_board(remote)
        if has_bitstream:
            print("bundle: has its bitstream")
        else:
            print("bundle: no overlay.bit (that needs Vivado): only emulator and golden can run")
        start = time.monotonic()
        made = remote.run(f"mkdir -p {remote.folder}/{place.as_posix()}")
        if made.returncode != 0:
            raise InputError(f"cannot make {remote.folder} there: {made.stderr.strip()}")
        remote.copy([path for path in staged.iterdir() if path.name != "build"], "")
        remote.copy([staged / place], f"{place.parent.as_posix()}/")
        print(f"copied to {remote.host}:{remote.folder} in {time.monotonic() - start:.1f} s")
    command = test_command(remote.folder, place, has_bitstream)
    if test:
        return remote.follow(command)
    print(f"now run the self-test there:\n  ssh -t {remote.host} {shlex.quote(command)}")
    return 0


def main() -> int:
    """Run the command line; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m host.deploy", description=__doc__)
    parser.add_argument("--host", required=True, metavar="USER@NAME", help="xilinx@pynq")
    parser.add_argument("--bundle", required=True, type=Path, metavar="DIR")
    parser.add_argument("--folder", default="binary-landmarks", help="on the board, in the home")
    parser.add_argument("--ssh", default="ssh", metavar="COMMAND", help="e.g. 'ssh -p 2222'")
    parser.add_argument("--test", action="store_true", help="run the self-test there, with sudo")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="ssh-") as sockets:
        remote = Remote(options.host, options.folder, options.ssh, Path(sockets))
        try:
            return deploy(remote, options.bundle, options.test)
        finally:
            remote.close()


if __name__ == "__main__":
    run_command(main)
