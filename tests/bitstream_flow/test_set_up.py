# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Environments: made whole or not at all, and one line for whatever stands in the way.

pip is the real one; its index is a folder with a `torch` of each build, a few bytes long.
"""

from __future__ import annotations

import ensurepip
import os
import re
import shutil
import subprocess
import sys
from collections import namedtuple
from pathlib import Path
from zipfile import ZipFile

import pytest
import tomllib

from bitstream_flow import set_up
from bitstream_flow.set_up import (
    SIDES,
    Environment,
    SetUpError,
    Side,
    check_compiler,
    check_place,
    is_ready,
)

ROOT = Path(__file__).resolve().parents[2]
SIDE = Side("test side", ".venv", (("--constraint", "pins.txt", "torch"),), "pins.txt", "torch")
Disk = namedtuple("Disk", "total used free")


def _wheel(index: Path, version: str, needs: str = "") -> None:
    """An empty `torch` in a folder that is an index of packages."""
    folder = index / "torch"
    folder.mkdir(parents=True)
    name, info = f"torch-{version}-py3-none-any.whl", f"torch-{version}.dist-info"
    with ZipFile(folder / name, "w") as wheel:
        wheel.writestr("torch.py", f"version = '{version}'\n")
        metadata = f"Metadata-Version: 2.1\nName: torch\nVersion: {version}\n{needs}"
        wheel.writestr(f"{info}/METADATA", metadata)
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        wheel.writestr(f"{info}/RECORD", "")
    (folder / "index.html").write_text(f'<a href="{name.replace("+", "%2B")}">{name}</a>')


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with one pin, and pip without this machine's settings."""
    root = tmp_path / "project"
    root.mkdir()
    (root / "pyproject.toml").write_text('[project]\nname = "x"\nversion = "1"\n')
    (root / "pins.txt").write_text("torch==2.0\n")
    _wheel(tmp_path / "index", "2.0", 'Requires-Dist: nvidia-x; extra == "never"\n')
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    for name, value in {"PIP_CONFIG_FILE": os.devnull, "TORCH": "", "PYTHON": ""}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("PIP_INDEX_URL", f"file://{tmp_path}/index")
    monkeypatch.setattr(set_up, "SIDES", {"test": SIDE})
    monkeypatch.setattr(set_up, "PIP", f"pip=={ensurepip.version()}")
    return root


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bare environment."""
    folder = tmp_path_factory.mktemp("bare") / "environment"
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    return folder


@pytest.fixture
def quick(project: Path, bare: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The project; its bare environments are copied, which takes less time than making them."""

    def create(environment: Environment) -> None:
        shutil.rmtree(environment.folder, ignore_errors=True)
        shutil.copytree(bare, environment.folder, symlinks=True)
        (environment.folder / "tmp").mkdir()

    monkeypatch.setattr(Environment, "create", create)
    return project


def _refusal(project: Path) -> str:
    with pytest.raises(SystemExit) as caught:
        set_up.main(["test"], project)
    said = str(caught.value)
    assert said.startswith("error: ") and "\n" not in said
    return said


def _installed(project: Path) -> str:
    python = project / ".venv" / "bin" / "python"
    ask = [python, "-c", "import torch; print(torch.version)"]
    return subprocess.check_output(ask, text=True).strip()


def test_what_was_cut_off_is_made_whole(project, monkeypatch, capfd) -> None:
    (project / ".venv" / "tmp").mkdir(parents=True)
    (project / ".venv" / "half").write_text("")
    set_up.main(["test"], project)
    assert _installed(project) == "2.0"
    left = {path.name for path in (project / ".venv").iterdir()}
    assert "ready" in left and not left & {"half", "tmp", "ready.part"}
    said = capfd.readouterr().out
    size = said.index("PyTorch with CUDA: about 3.3 GB to download, 7.2 GB of disk, 1")
    assert said.index("setting up the test side") < size < said.index("Successfully installed")

    # It is there, and nothing is done again, not even with the network gone.
    monkeypatch.setenv("PIP_INDEX_URL", "file:///no/index")
    set_up.main(["test"], project)
    assert capfd.readouterr().out == ""
    assert not is_ready(SIDE, project, "python", "") or sys.version_info[:2] == _version(project)
    _goes_stale(project)


def _version(project: Path) -> tuple[int, int]:
    ask = [project / ".venv/bin/python", "-c", "import sys; print(*sys.version_info[:2])"]
    major, minor = subprocess.check_output(ask, text=True).split()
    return int(major), int(minor)


def _goes_stale(project: Path) -> None:
    """Other pins, another place and a Python that is gone: each asks for a new environment."""
    assert is_ready(SIDE, project, "", "")
    moved = project.parent / "moved"
    shutil.copytree(project, moved, symlinks=True)
    assert not is_ready(SIDE, moved, "", "")
    (project / "pins.txt").write_text("torch==2.1\n")
    assert not is_ready(SIDE, project, "", "")
    (project / "pins.txt").write_text("torch==2.0\n")
    (project / ".venv" / "bin" / "python").unlink()
    (project / ".venv" / "bin" / "python").symlink_to("/no/python")
    assert not is_ready(SIDE, project, "", "")


def test_another_python_that_is_asked_for(project, monkeypatch) -> None:
    folder = project / ".venv" / "bin"
    folder.mkdir(parents=True)
    (folder / "python").write_text("#!/bin/sh\necho 3.99\n")
    (folder / "python").chmod(0o755)
    (project / ".venv" / "ready").write_text(set_up.fingerprint(SIDE, project))
    assert is_ready(SIDE, project, "", "") and not is_ready(SIDE, project, "/usr/bin/python", "")


def test_the_build_without_cuda(quick, tmp_path, monkeypatch, capfd) -> None:
    _wheel(tmp_path / "cpu", "2.0+cpu")
    monkeypatch.setitem(set_up.INDEXES, "cpu", f"file://{tmp_path}/cpu")
    set_up.main(["test"], quick)
    assert _installed(quick) == "2.0"
    monkeypatch.setenv("TORCH", "cpu")
    set_up.main(["test"], quick)
    assert _installed(quick) == "2.0+cpu"
    assert "PyTorch without CUDA: about 0.8 GB to download, 3.2 GB" in capfd.readouterr().out
    assert is_ready(SIDE, quick, "", "cpu") and is_ready(SIDE, quick, "", "")


def test_an_index_without_that_build(quick, tmp_path, monkeypatch) -> None:
    (tmp_path / "cpu").mkdir()
    monkeypatch.setitem(set_up.INDEXES, "cpu", f"file://{tmp_path}/cpu")
    monkeypatch.setenv("TORCH", "cpu")
    assert "TORCH=cpu, but file://" in _refusal(quick)
    assert not (quick / ".venv").exists()


def test_no_network_and_too_small_a_disk(quick, monkeypatch, capfd) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Disk(9, 6, 3 * 10**9))
    assert f" GB are needed in {quick}/.venv and 3.0 GB are free" in _refusal(quick)
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    said = _refusal(quick)
    assert "pip finds no torch (Failed to establish a new connection: " in said
    assert said.endswith("is there a network? `pip config list` shows where pip looks")
    assert not (quick / ".venv").exists()
    assert "Traceback" not in capfd.readouterr().err


def test_pip_stops_halfway(quick, monkeypatch, capfd) -> None:
    side = Side("test side", ".venv", (*SIDE.steps, ("no-such-package",)), "pins.txt", "torch")
    monkeypatch.setattr(set_up, "SIDES", {"test": side})
    assert "pip could not set up the test side, and said why above" in _refusal(quick)
    assert "no-such-package" in capfd.readouterr().err
    assert not (quick / ".venv").exists()


@pytest.mark.parametrize("name", ["my folder", "a:b", "it's", "tab\there", "a$b"])
def test_a_path_that_tools_do_not_take(tmp_path: Path, name: str) -> None:
    with pytest.raises(SetUpError, match="in it, which make and Verilator do not take: move the"):
        check_place(tmp_path / name)


def test_a_folder_that_cannot_be_written(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    with pytest.raises(SetUpError, match="cannot be written by you: clone into a folder of your"):
        check_place(tmp_path)
    # As left by somebody who called make as root.
    (tmp_path / ".venv").mkdir()
    monkeypatch.setattr(os, "access", lambda path, mode: path != tmp_path / ".venv")
    with pytest.raises(SetUpError, match=r"venv cannot be written by you: remove it \(sudo rm"):
        check_place(tmp_path)


@pytest.mark.parametrize("call", ["create()", "pip('x')"])
def test_what_a_killed_set_up_left_at_work_is_waited_for(project, capfd, call: str) -> None:
    """Else its pip would go on writing where the next one begins."""
    program = project / ".venv" / "bin" / "python"
    program.parent.mkdir(parents=True)
    program.write_text('#!/bin/sh\nkill -9 $PPID\nsleep 1\ntouch "$0.done"\n')
    program.chmod(0o755)
    code = (
        "import sys; from pathlib import Path; from bitstream_flow import set_up;"
        f"sys.executable = {str(program)!r}; root = Path({str(project)!r});"
        "side = set_up.Side('', '.venv', (), '', '')\n"
        f"with set_up.alone(root): set_up.Environment(side, root, '').{call}"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT).returncode == -9
    with set_up.alone(project):
        assert (program.parent / "python.done").exists()
    assert capfd.readouterr().out == "another set-up is at work in this folder: waiting for it\n"


def test_no_compiler(monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CXX", raising=False)
    with pytest.raises(SetUpError, match=r"there is no C\+\+ compiler: apt-get install g\+\+"):
        check_compiler()
    monkeypatch.setenv("CXX", "icc")
    with pytest.raises(SetUpError, match=r"\$CXX is icc, which is not there"):
        check_compiler()


@pytest.mark.parametrize("pins", ["constraints.txt", "constraints-host.txt"])
def test_every_index_has_the_pins(pins: str) -> None:
    lines = (ROOT / pins).read_text().splitlines()
    packages = [line for line in lines if not line.startswith("#")]
    assert len(packages) > 40
    strange = [line for line in packages if not re.fullmatch(r"[\w.-]+==[\w.]+( ; .+)?", line)]
    assert strange == [], "make pins writes them, without local versions"


def test_dependencies_name_no_local_version_either() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"].values()
    named = [*project["dependencies"], *(name for extra in extras for name in extra)]
    named += [argument for side in SIDES.values() for step in side.steps for argument in step]
    assert [requirement for requirement in named if "+" in requirement] == []
