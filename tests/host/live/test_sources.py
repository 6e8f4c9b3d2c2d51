# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Videos and cameras: every frame in order, the newest of a camera, and each way they can fail."""

from __future__ import annotations

import time
from pathlib import Path

import cv2
import numpy as np
import pytest

from hls.common.errors import InputError
from host.live import camera
from host.live.camera import Camera
from host.live.sources import Pictures, Video, likely_fps, noise
from host.live.stop import Stop
from tests.host.streams import (
    FakeCapture,
    fake_camera,
    number_of,
    numbered,
    numbered_video,
    without_ffmpeg,
    write_video,
)


@pytest.fixture()
def scripted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """use(2, None, 3): a camera of two frames, then one that can't be opened, then of three."""

    def use(*script: int | None, period: float = 0.005) -> type[FakeCapture]:
        kind = fake_camera(*script, period=period)
        monkeypatch.setattr(cv2, "VideoCapture", kind)
        monkeypatch.setattr(Camera, "_check_device", lambda self: None)
        monkeypatch.setattr(camera, "_PAUSE", 0.01)
        monkeypatch.setattr(camera, "_BACK_OFF", (0.02, 0.05))
        return kind

    return use


def test_every_frame_of_a_video_in_order(tmp_path: Path) -> None:
    with Video(numbered_video(tmp_path / "in.avi", 20, fps=10)) as video:
        frames = list(video.frames(Stop()))
        assert video.fps == 10 and video.ready and video.message == ""
    assert [frame.index for frame in frames] == list(range(20))
    assert [number_of(frame.image) for frame in frames] == list(range(20))
    assert [frame.seconds for frame in frames] == pytest.approx(np.arange(20) / 10)
    assert all(frame.took > 0 for frame in frames)
    assert frames[3].name.endswith("in.avi:3")


def test_colours_are_rgb(tmp_path: Path) -> None:
    red = np.zeros((48, 64, 3), np.uint8)
    red[..., 0] = 200
    with Video(write_video(tmp_path / "red.avi", [red] * 3)) as video:
        (frame, *_) = video.frames(Stop())
    assert frame.image[..., 0].mean() > 150 and frame.image[..., 2].mean() < 50


def test_a_loop_starts_over_and_goes_on_counting(tmp_path: Path) -> None:
    with Video(numbered_video(tmp_path / "in.avi", 5), loop=True) as video:
        frames = [frame for frame, _ in zip(video.frames(Stop()), range(12), strict=False)]
    assert [number_of(frame.image) for frame in frames] == [0, 1, 2, 3, 4] * 2 + [0, 1]
    assert [frame.index for frame in frames] == list(range(12))


def test_pacing_keeps_the_frame_rate(tmp_path: Path) -> None:
    with Video(numbered_video(tmp_path / "in.avi", 6, fps=20), paced=True) as video:
        stop, start, ready = Stop(), time.perf_counter(), []
        for _ in video.frames(stop):
            ready.append(video.ready)
    assert 0.24 < time.perf_counter() - start < 20
    assert not ready[0]


def test_a_stop_ends_a_video(tmp_path: Path) -> None:
    stop, seen = Stop(), 0
    with Video(numbered_video(tmp_path / "in.avi", 9), paced=True) as video:
        for _ in video.frames(stop):
            seen += 1
            stop.request()
        assert video.message == ""
    assert seen == 1


@pytest.mark.parametrize("content", [b"", b"this is text, not a video\n" * 50, b"\0" * 4096])
def test_what_is_no_video(tmp_path: Path, content: bytes, capfd) -> None:
    path = tmp_path / "in.mp4"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"in\.mp4 is not a video"):
        Video(path)
    assert without_ffmpeg(capfd.readouterr().err) == ""


@pytest.mark.parametrize("name", ["gone.mp4", "."])
def test_no_such_video(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match="no such file"):
        Video(tmp_path / name)


def test_a_video_without_its_index(tmp_path: Path) -> None:
    path = numbered_video(tmp_path / "in.mp4", 60)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(InputError, match="not a video"):
        Video(path)


def test_a_video_that_was_cut_off(tmp_path: Path) -> None:
    path = numbered_video(tmp_path / "in.avi", 60)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with Video(path) as video:
        frames = list(video.frames(Stop()))
        assert 10 < len(frames) < 50 and [f.index for f in frames] == list(range(len(frames)))
        assert f"after {len(frames)} of 60 frames" in video.message


def test_stills_come_over_and_over() -> None:
    source = Pictures([np.zeros((2, 2, 3), np.uint8), np.ones((2, 2, 3), np.uint8)], "ab", "two")
    frames = [frame for frame, _ in zip(source.frames(Stop()), range(5), strict=False)]
    assert [(f.index, f.name, int(f.image[0, 0, 0])) for f in frames] == [
        (0, "a", 0), (1, "b", 1), (2, "a", 0), (3, "b", 1), (4, "a", 0)
    ]  # fmt: skip
    assert next(iter(noise(1, (64, 48)).frames(Stop()))).image.shape == (48, 64, 3)


@pytest.mark.parametrize("stated", [0.0, -1.0, float("nan"), 90000.0])
def test_a_nonsense_frame_rate(stated: float) -> None:
    class Capture:
        def get(self, which: int) -> float:
            return stated

    assert likely_fps(Capture()) == 25


def test_a_camera_gives_the_newest_frame_and_counts_the_others(scripted) -> None:
    kind = scripted(100_000, period=0.004)
    with Camera("0", (320, 240)) as source:
        frames = []
        for frame in source.frames(Stop()):
            frames.append(frame)
            time.sleep(0.02)
            if len(frames) == 5:
                break
        numbers = [number_of(frame.image) for frame in frames]
        times = [frame.captured for frame in frames]
        assert times == sorted(set(times)) and source.dropped > 5
        assert (numbers[1] - numbers[0]) % 60 != 1 or (numbers[2] - numbers[1]) % 60 != 1
        assert [frame.index for frame in frames] == list(range(5))
    assert kind.settings[cv2.CAP_PROP_FRAME_WIDTH] == 320
    assert kind.settings[cv2.CAP_PROP_BUFFERSIZE] == 1
    assert kind.settings[cv2.CAP_PROP_FOURCC] == cv2.VideoWriter.fourcc(*"MJPG")


def test_a_camera_that_is_unplugged_and_comes_back(scripted) -> None:
    kind = scripted(3, None, None, 1000)
    messages, stop = [], Stop()
    with Camera("0") as source:
        for frame in source.frames(stop):
            messages.append(source.message)
            if kind.opened == 4 and frame is not None:
                break
        assert source.message == ""
    assert kind.opened == 4


def test_a_damaged_frame_is_no_lost_camera(scripted) -> None:
    kind = scripted(1000)
    good = kind.read
    reads = iter(range(10_000))

    def read(self: FakeCapture):
        return (False, None) if next(reads) % 3 else good(self)

    kind.read = read
    with Camera("0") as source:
        frames = [frame for frame, _ in zip(source.frames(Stop()), range(6), strict=False)]
        assert source.message == "" and None not in frames
    assert kind.opened == 1


def test_a_read_that_raises_ends_the_stream(scripted) -> None:
    kind = scripted(1000)

    def read(self: FakeCapture):
        if self._count:
            raise cv2.error("no memory\nfor a frame")
        self._count = 1
        return True, numbered(1)

    kind.read = read
    with Camera("0") as source, pytest.raises(InputError, match="cannot be read: error: no memory"):
        for frame in source.frames(Stop()):
            assert frame is None or frame.index == 0


def test_the_message_while_a_camera_is_away(scripted) -> None:
    kind = scripted(1, None)
    stop = Stop()
    with Camera("0") as source:
        idle = 0
        for frame in source.frames(stop):
            if frame is None:
                idle += 1
                assert source.message == "camera /dev/video0 lost, reconnecting"
            if idle == 2:
                stop.request()
    assert idle == 2 and kind.opened > 3


def test_a_camera_that_opens_but_gives_nothing(scripted) -> None:
    scripted(0)
    with pytest.raises(InputError, match=r"opens but gives no frame in 20 tries") as caught:
        Camera("0")
    assert "\n" not in str(caught.value)


def test_a_camera_that_cannot_be_opened(scripted) -> None:
    scripted(None)
    with pytest.raises(InputError, match="/dev/video2 cannot be opened"):
        Camera("2")


@pytest.mark.parametrize("device", ["77", "/dev/video77"])
def test_no_such_camera(device: str) -> None:
    with pytest.raises(InputError, match=r"no /dev/video77.*plug it in"):
        Camera(device)


def test_a_camera_without_permission(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(camera.os, "access", lambda path, mode: False)
    with pytest.raises(InputError, match="group 'video'"):
        Camera("/dev/null")


def test_a_file_stands_in_for_a_camera_at_its_pace(tmp_path: Path) -> None:
    path = numbered_video(tmp_path / "in.avi", 10, fps=40)
    start = time.perf_counter()
    with Camera(str(path)) as source:
        frames = [frame for frame in source.frames(Stop()) if frame is not None]
    assert 0.2 < time.perf_counter() - start < 20
    numbers = [number_of(frame.image) for frame in frames]
    # What went by before the reader came is not counted; the last frame always arrives.
    assert numbers == sorted(set(numbers)) and numbers[-1] == 9


def test_no_such_file_for_a_camera() -> None:
    with pytest.raises(InputError, match=r"nowhere\.mp4 cannot be opened: there is no"):
        Camera("nowhere.mp4")
