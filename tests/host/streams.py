# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Videos, fake cameras and sources for tests of the live pipeline."""

from __future__ import annotations

import re
import time
from pathlib import Path

import cv2
import numpy as np


def numbered(index: int, shape: tuple[int, int] = (48, 64)) -> np.ndarray:
    """A picture that tells its number, up to 60, even after lossy coding: number_of() reads it."""
    return np.full((*shape, 3), 4 * index, np.uint8)


def number_of(picture: np.ndarray) -> int:
    return round(float(picture.mean()) / 4)


def write_video(path: Path, pictures: list[np.ndarray], fps: float = 25.0) -> Path:
    """RGB pictures of one size as a video; .avi is almost lossless (MJPG), .mp4 is MPEG-4."""
    codec = cv2.VideoWriter.fourcc(*("MJPG" if path.suffix == ".avi" else "mp4v"))
    height, width = pictures[0].shape[:2]
    writer = cv2.VideoWriter(str(path), codec, fps, (width, height))
    for picture in pictures:
        writer.write(cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))
    writer.release()
    return path


def numbered_video(path: Path, count: int, fps: float = 25.0) -> Path:
    return write_video(path, [numbered(i) for i in range(count)], fps)


def read_video(path: Path) -> list[np.ndarray]:
    """All RGB pictures of a video."""
    capture, pictures = cv2.VideoCapture(str(path)), []
    while True:
        there, picture = capture.read()
        if not there:
            return pictures
        pictures.append(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB))


class FakeCapture:
    """Stands in for cv2.VideoCapture; `script` says what each opening of the device gives.

    Each entry is the number of frames before reads fail, or None for a device that cannot be
    opened. After the script the last entry is repeated.
    """

    script: tuple[int | None, ...] = (1000,)
    period = 0.005
    opened = 0
    settings: dict[int, float] = {}  # noqa: RUF012 - each test has its own subclass

    def __init__(self, device: str, backend: int = 0) -> None:
        kind = type(self)
        self._left = kind.script[min(kind.opened, len(kind.script) - 1)]
        kind.opened += 1
        self._count = 0

    def isOpened(self) -> bool:
        return self._left is not None

    def set(self, which: int, value: float) -> bool:
        type(self).settings[which] = value
        return True

    def get(self, which: int) -> float:
        return 30.0

    def read(self) -> tuple[bool, np.ndarray | None]:
        time.sleep(type(self).period)
        if not self._left:
            return False, None
        self._left -= 1
        self._count += 1
        return True, numbered(self._count % 60)

    def release(self) -> None:
        pass


def fake_camera(*script: int | None, period: float = 0.005) -> type[FakeCapture]:
    """A class to put in the place of cv2.VideoCapture."""
    fields = {"script": script, "period": period, "opened": 0, "settings": {}}
    return type("Scripted", (FakeCapture,), fields)


def without_ffmpeg(text: str) -> str:
    """What is on stderr but for FFmpeg's own lines, which OpenCV before 4.6 cannot silence."""
    if tuple(int(part) for part in cv2.__version__.split(".")[:2]) >= (4, 6):
        return text
    kept = [line for line in text.splitlines(keepends=True) if not re.match(r"\[.* @ 0x", line)]
    return "".join(kept)
