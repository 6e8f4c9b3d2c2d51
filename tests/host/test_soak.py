# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""The soak test itself: a short one passes, and each kind of drift makes it fail."""

from __future__ import annotations

import mmap
import subprocess
import sys
from pathlib import Path

import pytest

from hls.common.errors import InputError
from host import soak
from host.live.pipeline import Found
from host.live.sources import Frame
from host.live.stop import Stop
from tests.host.streams import numbered, numbered_video
from tests.networks import hourglass_net, write_test_bundle

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture()
def arguments(tmp_path: Path) -> list[str]:
    # A network that looks at the whole picture has something to do in every frame.
    write_test_bundle(tmp_path / "bundle", hourglass_net(landmarks=14))
    video = numbered_video(tmp_path / "in.avi", 20)
    return ["--bundle", str(tmp_path / "bundle"), "--video", str(video), "--backend", "golden"]


def test_a_short_soak(arguments: list[str]) -> None:
    command = [sys.executable, "-m", "host.soak", *arguments, "--minutes", "0.05"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr
    assert run.stdout.count(" 0 order errors") >= 3 and "frames equal" in run.stdout
    assert "MiB (at most +16)" in run.stdout


def test_memory_that_grows(arguments: list[str], monkeypatch, capsys) -> None:
    sizes = iter(range(100, 10_000, 30))
    monkeypatch.setattr(soak, "resident_mib", lambda: float(next(sizes)))
    assert soak.main([*arguments, "--minutes", "0.01"]) == 1
    assert "(at most +16)" in capsys.readouterr().out


def _found(index: int) -> Found:
    return Found(Frame(index, numbered(1), 0.0, 0.0, 0.0, "f"), ())


def test_frames_that_are_lost_doubled_or_swapped() -> None:
    watch = soak.Watch(60.0, 60.0, Stop())
    for index in (0, 1, 3, 4, 4, 6, 5):
        watch.put(_found(index), numbered(1))
    assert watch.order_errors == 4


def test_a_wrong_result(arguments: list[str], monkeypatch, capsys) -> None:
    from host.golden.model import Golden

    right = Golden.run

    def wrong(self, images, keep=False):
        return right(self, images) + (self is not first[0])

    first: list[Golden] = []
    original = Golden.__init__

    def remember(self, graph) -> None:
        original(self, graph)
        first.append(self)

    monkeypatch.setattr(Golden, "__init__", remember)
    monkeypatch.setattr(Golden, "run", wrong)
    assert soak.main([*arguments, "--minutes", "0.01"]) == 1
    found = capsys.readouterr()
    assert "differ from golden" in found.out and "error: check:" in found.err


def test_a_run_that_ends_too_early(arguments: list[str]) -> None:
    with pytest.raises(InputError, match="--minutes"):
        soak.main([*arguments, "--minutes", "0"])
    with pytest.raises(KeyboardInterrupt):
        soak.Watch(60.0, 60.0, Stop()).finish()


def test_the_memory_of_this_process() -> None:
    before = soak.resident_mib()
    with mmap.mmap(-1, 32 << 20) as block:
        block.write(b"1" * (32 << 20))
        assert 20 < soak.resident_mib() - before < 80
