# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""`pip install .` on a board, and what pynq finds of the package then."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

from host.deploy import deployed_files, stage
from tests.networks import write_test_bundle

needs_pynq = pytest.mark.pynq

FIND = """
from importlib.metadata import entry_points
from pathlib import Path
groups = ("pynq.notebooks", "pynq.overlays")
found = [(group, *entry_points(group=group, name="binary-landmarks")) for group in groups]
for group, entry in found:
    print(group, entry.value, Path(entry.load().__path__[0]).resolve())
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The deployed tree, as pip installs it into a folder of its own."""
    if int(metadata.version("setuptools").split(".")[0]) < 77:
        pytest.skip("an old setuptools: pip would have to fetch what it builds with")
    folder = tmp_path_factory.mktemp("pip")
    stage(folder / "tree", write_test_bundle(folder / "bundle"))
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index"]
    command += ["--no-build-isolation", "--target", str(folder / "site"), str(folder / "tree")]
    run = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    return folder / "site"


def _there(installed: Path, *command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run Python with the installed package instead of this repository."""
    return subprocess.run(
        [sys.executable, *command],
        cwd=installed.parent,
        env=os.environ | {"PYTHONPATH": str(installed)} | environment,
        capture_output=True,
        text=True,
    )


def test_only_host_and_hls_are_installed(installed: Path) -> None:
    names = {path.name for path in installed.iterdir() if not path.name.endswith(".dist-info")}
    assert names - {"bin"} == {"host", "hls"}
    wanted = {path for path in deployed_files() if path.parts[0] in names}
    places = (installed / name for name in ("host", "hls"))
    there = {path.relative_to(installed) for place in places for path in _files(place)}
    assert there == wanted, "see [tool.setuptools.package-data]"


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc"]


def test_the_installed_program_runs(installed: Path) -> None:
    bundle = str(installed.parent / "bundle")
    run = _there(installed, "-m", "host.golden", "--bundle", bundle, "--bench", "1")
    assert run.returncode == 0 and "frames/s" in run.stdout, run.stderr


def test_entry_points(installed: Path) -> None:
    run = _there(installed, "-c", FIND, LANDMARK_BUILD=str(installed.parent))
    assert run.returncode == 0, run.stderr
    assert run.stdout.splitlines() == [
        f"pynq.notebooks host.notebooks {(installed / 'host/notebooks').resolve()}",
        f"pynq.overlays host.overlays {installed.parent.resolve()}",
    ]


@needs_pynq
def test_pynq_delivers_the_notebooks(installed: Path, tmp_path: Path) -> None:
    code = "from pynq._cli import get_notebooks; get_notebooks.main()"
    place = ["--ignore-overlays", "--path", str(tmp_path / "delivered")]
    run = _there(installed, "-c", code, *place, "binary-landmarks")
    assert run.returncode == 0, run.stderr
    delivered = {path.name for path in (tmp_path / "delivered").rglob("*.ipynb")}
    assert delivered == {"landmarks.ipynb", "tour.ipynb"}, run.stdout + run.stderr


@needs_pynq
def test_pynq_finds_a_bitstream_of_a_build(installed: Path, tmp_path: Path) -> None:
    bit = tmp_path / "face-Pynq-Z1" / "bundle" / "overlay.bit"
    bit.parent.mkdir(parents=True)
    bit.write_bytes(b"")
    code = """
import sys
from pynq.bitstream import Bitstream
class Device:
    name = "x"
    has_capability = get_bitfile_metadata = lambda self, name: None
print(Bitstream(sys.argv[1], device=Device()).bitfile_name)
"""
    name = "face-Pynq-Z1/bundle/overlay.bit"
    run = _there(installed, "-c", code, name, LANDMARK_BUILD=str(tmp_path))
    assert run.returncode == 0, run.stderr
    assert run.stdout.splitlines()[-1] == str(bit)
