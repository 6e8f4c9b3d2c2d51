# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Results in files: whole and readable, or not there at all."""

from __future__ import annotations

import json
import resource
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from hls.common.errors import InputError
from host.live.pipeline import Face, Found, Sink
from host.live.sources import Frame
from host.outputs import video_file
from host.outputs.json_lines import JsonFile, JsonOutput, json_lines
from host.outputs.video_file import CODECS, VideoFile
from host.pictures.face_box import Square
from host.pictures.landmarks import Landmarks
from tests.host.streams import number_of, numbered, read_video


def _found(index: int, seconds: float | None = None, faces: int = 1) -> Found:
    image = numbered(index)
    frame = Frame(index, image, 0.0, 0.0, index / 25 if seconds is None else seconds, "f")
    points = np.arange(136, dtype=np.float64).reshape(68, 2) / 7
    found = Landmarks(points, np.arange(68))
    each = [Face(n, Square(1, 2, 3), found) for n in range(faces)]
    return Found(frame, tuple(each))


def _write(sink: Sink, count: int) -> None:
    for index in range(count):
        sink.put(_found(index), numbered(index))


@contextmanager
def _file_limit(bytes_: int) -> Iterator[None]:
    """No file can grow beyond so many bytes, as on a disk that is full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (bytes_, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("suffix", CODECS)
def test_a_video_can_be_read_back(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"out{suffix}"
    sink = VideoFile(path, 25.0)
    _write(sink, 60)
    assert not path.exists()
    sink.finish()
    numbers = np.array([number_of(picture) for picture in read_video(path)])
    # MPEG-4 at its usual quality is off by less than a step of brightness.
    assert (np.diff(numbers) >= 0).all() and np.abs(numbers - np.arange(60)).max() <= 1
    sink.abandon()
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize("suffix", CODECS)
def test_a_video_that_lacks_frames_is_none(tmp_path: Path, suffix: str) -> None:
    sink = VideoFile(tmp_path / f"out{suffix}", 25.0)
    _write(sink, 40)
    # As if the encoder had lost some of what it was given.
    sink._written += 10
    with pytest.raises(InputError, match="cannot be read back"):
        sink.finish()
    sink.abandon()
    assert list(tmp_path.iterdir()) == []


def test_a_single_frame_is_a_video(tmp_path: Path) -> None:
    for suffix in CODECS:
        sink = VideoFile(tmp_path / f"one{suffix}", 25.0)
        _write(sink, 1)
        sink.finish()
        assert len(read_video(sink.path)) == 1


def test_no_frame_is_no_video(tmp_path: Path) -> None:
    sink = VideoFile(tmp_path / "none.mp4", 25.0)
    sink.finish()
    assert list(tmp_path.iterdir()) == []


def test_the_video_keeps_the_time_of_a_camera(tmp_path: Path) -> None:
    sink = VideoFile(tmp_path / "out.avi", 10.0)
    # Slower than the video at first, then faster, then a gap that is cut short.
    for index, seconds in enumerate([0.0, 0.2, 0.5, 0.52, 0.54, 0.6, 60.0, 60.1]):
        sink.put(_found(index, seconds), numbered(index))
    sink.finish()
    numbers = [number_of(picture) for picture in read_video(sink.path)]
    assert numbers == [0, 1, 1, 2, 2, 2, 5, 6, 7]


@pytest.mark.parametrize("suffix", [*CODECS, ".jsonl"])
@pytest.mark.parametrize("limit", [2_000, 20_000])
def test_a_disk_that_fills_up(tmp_path: Path, suffix: str, limit: int) -> None:
    path = tmp_path / f"out{suffix}"
    path.write_bytes(b"what was there before")
    rng = np.random.default_rng(0)
    with _file_limit(limit), pytest.raises(InputError, match="cannot write") as caught:
        sink: Sink = JsonFile(path) if suffix == ".jsonl" else VideoFile(path, 25.0)
        try:
            for index in range(60):
                sink.put(_found(index), rng.integers(0, 256, (48, 64, 3), np.uint8))
            sink.finish()
        except InputError:
            sink.abandon()
            raise
    assert "\n" not in str(caught.value) and str(path) in str(caught.value)
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]
    assert path.read_bytes() == b"what was there before"


def test_too_little_room_is_seen_while_writing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sink = VideoFile(tmp_path / "out.mp4", 5.0)
    _write(sink, 7)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=1 << 20))
    with pytest.raises(InputError, match="no space left"):
        for index in range(7, 20):
            sink.put(_found(index, index / 5), numbered(index))
    sink.abandon()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["nowhere/out.mp4", "folder.mp4"])
def test_where_no_file_can_be(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder.mp4").mkdir()
    for kind in (lambda path: VideoFile(path, 25.0), JsonFile):
        with pytest.raises(InputError, match="cannot write"):
            kind(tmp_path / name)


def test_an_opencv_without_the_encoder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(video_file.CODECS, ".mp4", "zzzz")
    sink = VideoFile(tmp_path / "out.mp4", 25.0)
    with pytest.raises(InputError, match="no encoder zzzz"):
        _write(sink, 1)
    sink.abandon()
    assert list(tmp_path.iterdir()) == []


def test_a_camera_that_changes_its_size(tmp_path: Path) -> None:
    sink = VideoFile(tmp_path / "out.mp4", 25.0)
    _write(sink, 2)
    with pytest.raises(InputError, match="changed from"):
        sink.put(_found(2), np.zeros((96, 64, 3), np.uint8))
    sink.abandon()
    assert list(tmp_path.iterdir()) == []


def test_json_lines_in_a_file(tmp_path: Path) -> None:
    sink = JsonFile(tmp_path / "out.jsonl")
    for index in range(3):
        sink.put(_found(index, faces=index), numbered(index))
    assert not sink.path.exists()
    sink.finish()
    sink.abandon()
    entries = [json.loads(line) for line in sink.path.read_text().splitlines()]
    assert [(e["frame"], e["time"], e["face"]) for e in entries] == [
        (1, 0.04, 0), (2, 0.08, 0), (2, 0.08, 1)
    ]  # fmt: skip
    assert entries[0]["box"] == {"x": 1, "y": 2, "side": 3}
    points = _found(0).faces[0].found.points
    np.testing.assert_allclose(entries[0]["landmarks"], points, atol=6e-4)
    assert entries[0]["scores"] == list(range(68))


def test_json_on_stdout_that_is_full(monkeypatch: pytest.MonkeyPatch) -> None:
    with open("/dev/full", "w") as full:
        monkeypatch.setattr(sys, "stdout", full)
        with pytest.raises(InputError, match=r"cannot write to stdout: No space left"):
            JsonOutput(lambda: None).put(_found(0), numbered(0))


def test_a_reader_that_has_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    end, start = os.pipe()
    os.close(end)
    gone: list[bool] = []
    with os.fdopen(start, "w") as pipe:
        monkeypatch.setattr(sys, "stdout", pipe)
        JsonOutput(lambda: gone.append(True)).put(_found(0), numbered(0))
        JsonOutput(lambda: gone.append(True)).put(_found(1), numbered(1))
    assert gone == [True]
    assert list(json_lines(_found(0, faces=0))) == []
