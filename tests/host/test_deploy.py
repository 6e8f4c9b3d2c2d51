# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""What goes to a board, how it gets there, and that it runs there alone."""

from __future__ import annotations

import getpass
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from hls.common.errors import InputError
from host.deploy import Remote, deployed_files, stage, test_command
from host.pictures.image_files import write_png
from tests.host.drawn_faces import drawn_face
from tests.networks import write_test_bundle

test_command.__test__ = False
ROOT = Path(__file__).resolve().parents[2]
SSHD = shutil.which("sshd", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
needs_rsync = pytest.mark.rsync

# Stands for a board: keeps its arguments, and runs the command at home in $BOARD_HOME.
FAKE_SSH = """#!/usr/bin/env bash
printf '%s\\n' "$*" >> "$BOARD_HOME.log"
while [[ $1 == -* ]]; do
  [[ $1 == -O ]] && exit 0
  [[ $1 == -o || $1 == -p || $1 == -l ]] && shift
  shift
done
shift
[[ -n $BOARD_DOWN ]] && { echo "ssh: connect to host pynq port 22: $BOARD_DOWN" >&2; exit 255; }
cd "$BOARD_HOME" && PATH="$BOARD_PATH" exec bash -c "$*"
"""
FAKE_RSYNC = """#!/usr/bin/env bash
printf '%s\\n' "$@" >> "$BOARD_HOME.rsync"
exit "${RSYNC_STATUS:-0}"
"""


class Board:
    """A stand-in for ssh on the PATH, with a home folder and programs of its own behind it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.home = folder, folder / "home"
        self.home.mkdir()
        self.bundle = write_test_bundle(folder / "bundle")
        self.programs, there = folder / "bin", folder / "there"
        there.mkdir()
        self.program(self.programs / "ssh", FAKE_SSH)
        self.program(there / "python3", f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
        for name in ("bash", "mkdir", "dirname", "rsync"):
            if shutil.which(name):
                (there / name).symlink_to(str(shutil.which(name)))
        self.there = there
        self.environment = os.environ | {
            "PATH": f"{self.programs}:{os.environ['PATH']}",
            "BOARD_HOME": str(self.home),
            "BOARD_PATH": str(there),
            "BOARD_DOWN": "",
        }

    @staticmethod
    def program(path: Path, text: str) -> None:
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        path.chmod(0o755)

    def deploy(self, *arguments: str, host: str = "xilinx@pynq") -> subprocess.CompletedProcess:
        command = [sys.executable, "-m", "host.deploy", "--host", host]
        command += ["--bundle", str(self.bundle), *arguments]
        return subprocess.run(
            command, cwd=ROOT, env=self.environment, capture_output=True, text=True
        )


@pytest.fixture()
def board(tmp_path: Path) -> Board:
    return Board(tmp_path)


def test_only_what_a_board_needs_goes_there() -> None:
    files = {path.as_posix() for path in deployed_files()}
    assert {
        "host/run_pynq.py",
        "host/on_board.sh",
        "hls/graph/graph.py",
        "host/requirements.txt",
    } < files
    top = {path.split("/")[0] for path in files}
    assert top == {"host", "hls", "pyproject.toml", "README.md", "LICENSE"}
    assert not [f for f in files if f.endswith((".sv", ".pyc", ".jpg")) or "/." in f]


def test_the_deployed_tree_runs_alone(tmp_path: Path) -> None:
    place = stage(tmp_path / "board", write_test_bundle(tmp_path / "bundle"))
    assert place == Path("build/test-none/bundle")
    write_png(tmp_path / "face.png", drawn_face())
    command = [sys.executable, str(tmp_path / "board" / "host" / "run_pynq.py"), "--json"]
    command += ["--image", str(tmp_path / "face.png"), "--box", "40,50,220"]
    command += ["--backend", "golden", "--check"]
    clean = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    run = subprocess.run(command, cwd="/", env=clean, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    assert len(json.loads(run.stdout)["landmarks"]) == 68 and "1 frames equal" in run.stderr


@needs_rsync
def test_deployed_twice(board: Board) -> None:
    """The second time, what is gone here goes there, and what is not ours stays."""
    first = board.deploy()
    assert first.returncode == 0, first.stderr
    there = board.home / "binary-landmarks"
    here = {path for path in deployed_files() if path.parts[0] in ("host", "hls")}
    found = {path.relative_to(there) for name in ("host", "hls") for path in _files(there / name)}
    assert found == here
    kept = [there / "notes.txt", there / "build/mine/bundle/manifest.json", board.home / "x.txt"]
    for path in kept:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("mine")
    stale = [there / "host/gone.py", there / "build/test-none/bundle/gone.bin"]
    for path in stale:
        path.write_text("old")
    assert board.deploy().returncode == 0
    assert all(path.is_file() for path in kept) and not any(path.exists() for path in stale)
    assert first.stdout.splitlines()[:2] == ["ssh xilinx@pynq: ok", "rsync there: ok"]
    assert "no overlay.bit" in first.stdout and "sudo" not in first.stdout


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file())


def test_what_ssh_and_rsync_are_asked(board: Board) -> None:
    board.program(board.programs / "rsync", FAKE_RSYNC)
    (board.there / "rsync").unlink(missing_ok=True)
    board.program(board.there / "rsync", FAKE_RSYNC)
    (board.bundle / "overlay.bit").write_bytes(b"bits")
    run = board.deploy("--ssh", "ssh -p 2222", "--folder", "~/marks")
    assert run.returncode == 0, run.stderr
    asked = (board.home.parent / "home.log").read_text()
    assert "-p 2222" in asked and "mkdir -p marks/build/test-none/bundle" in asked
    assert "selftest" not in asked and "sudo" not in asked
    sent = (board.home.parent / "home.rsync").read_text().splitlines()
    assert "xilinx@pynq:marks/" in sent and "xilinx@pynq:marks/build/test-none/" in sent
    assert "bundle: has its bitstream" in run.stdout
    assert "sudo bash host/on_board.sh -m host.selftest" in run.stdout
    assert "--backend board" in run.stdout


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"BOARD_DOWN": "No route to host"}, "No route to host; try `ssh xilinx@pynq` by hand"),
        ({"NO_RSYNC": "1"}, "sudo apt-get install rsync"),
        ({"NO_CV2": "1"}, "No module named"),
        ({"RSYNC_STATUS": "23"}, "rsync failed"),
    ],
)
def test_what_is_missing_there(board: Board, changes: dict[str, str], words: str) -> None:
    board.program(board.programs / "rsync", FAKE_RSYNC)
    (board.there / "rsync").unlink(missing_ok=True)
    if "NO_RSYNC" not in changes:
        board.program(board.there / "rsync", FAKE_RSYNC)
    if "NO_CV2" in changes:
        board.program(board.there / "python3", f'#!/bin/sh\nexec "{sys.executable}" -I -S "$@"\n')
    board.environment.update(changes)
    run = board.deploy()
    assert run.returncode == 1 and words in run.stderr
    assert run.stderr.startswith("error: ") and run.stderr.count("\n") == 1


def test_a_damaged_bundle_goes_nowhere(board: Board) -> None:
    (board.bundle / "weights.npz").write_bytes(b"")
    run = board.deploy()
    assert run.returncode == 1 and "is damaged" in run.stderr
    assert not list(board.home.iterdir())


@pytest.mark.parametrize(
    ("host", "folder"),
    [("-oProxyCommand=x", "a"), ("x y", "a"), ("", "a"), ("pynq", "a b"), ("pynq", "../a"),
     ("pynq", "-a"), ("pynq", ""), ("pynq", "a;b"), ("pynq", "/"), ("pynq", ".")],
)  # fmt: skip
def test_names_that_would_mean_something_else(host: str, folder: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"BOARD_HOST|--folder"):
        Remote(host, folder, "ssh", tmp_path)


def test_make_asks_for_the_board() -> None:
    outer = ("BOARD_HOST", "MAKEFLAGS", "MFLAGS")
    clean = {name: value for name, value in os.environ.items() if name not in outer}
    run = subprocess.run(
        ["make", "-s", "deploy"], cwd=ROOT, env=clean, capture_output=True, text=True
    )
    assert run.returncode != 0 and "BOARD_HOST=xilinx@pynq" in run.stdout


def test_on_board_runs_from_anywhere(tmp_path: Path) -> None:
    write_test_bundle(tmp_path / "bundle")
    command = ["bash", str(ROOT / "host" / "on_board.sh"), "-m", "host.golden", "--bench", "1"]
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    run = subprocess.run(
        [*command, "--bundle", "bundle"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stderr


@pytest.fixture()
def server(tmp_path: Path) -> Iterator[str]:
    """A real sshd on this machine; gives the ssh command that reaches it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    for name in ("host_key", "key"):
        subprocess.run(["ssh-keygen", "-q", "-N", "", "-f", str(tmp_path / name)], check=True)
    programs = Path(sys.executable).parent
    (tmp_path / "authorized").write_bytes((tmp_path / "key.pub").read_bytes())
    options = {
        "Port": port, "ListenAddress": "127.0.0.1", "HostKey": tmp_path / "host_key",
        "AuthorizedKeysFile": tmp_path / "authorized", "PidFile": "none", "UsePAM": "no",
        "StrictModes": "no", "PermitRootLogin": "yes", "PasswordAuthentication": "no",
        "ForceCommand": f'PATH="{programs}:$PATH" sh -c "$SSH_ORIGINAL_COMMAND"',
    }  # fmt: skip
    config = tmp_path / "sshd_config"
    config.write_text("".join(f"{name} {value}\n" for name, value in options.items()))
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)
    with subprocess.Popen([str(SSHD), "-D", "-e", "-f", config], stderr=subprocess.PIPE) as daemon:
        try:
            _wait_for(port)
            yield (
                f"ssh -p {port} -i {tmp_path / 'key'} -o StrictHostKeyChecking=no"
                f" -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR -o BatchMode=yes"
            )
        finally:
            daemon.terminate()


def _wait_for(port: int) -> None:
    for _ in range(400):
        with socket.socket() as client:
            if client.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError("sshd does not listen")


@needs_rsync
@pytest.mark.sshd
def test_through_a_real_sshd(server: str, tmp_path: Path) -> None:
    bundle = write_test_bundle(tmp_path / "bundle")
    command = [sys.executable, "-m", "host.deploy", "--bundle", str(bundle), "--test"]
    command += ["--host", f"{getpass.getuser()}@127.0.0.1", "--ssh", server]
    command += ["--folder", str(tmp_path / "board")]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert run.returncode == 0, run.stdout + run.stderr
    assert "ssh" in run.stdout and "all that was run is ok" in run.stdout
    assert (tmp_path / "board/build/test-none/bundle/manifest.json").is_file()
