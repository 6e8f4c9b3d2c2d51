# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Where frames come from: video files, pictures, noise (a camera has its own file).

A source gives frames in order, each with its index, the time of its capture and how long that
took; `None` stands for "nothing new for a while", so that a display can say so.
"""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from hls.common.errors import InputError
from host.live.stop import Stop

_LIKELY_FPS = 25.0


@dataclass(frozen=True)
class Frame:
    """A picture, RGB uint8 (H, W, 3), with its place in the stream.

    `captured` is time.monotonic() when it was there, `took` the seconds that getting it took,
    `seconds` its time in the stream, `name` what to call it in messages.
    """

    index: int
    image: np.ndarray
    captured: float
    took: float
    seconds: float
    name: str


class Source(ABC):
    """A stream of frames; close it, or use it in a `with` statement."""

    name: str
    fps: float = _LIKELY_FPS
    message = ""
    dropped = 0

    @abstractmethod
    def frames(self, stop: Stop) -> Iterator[Frame | None]:
        """The frames until the source ends or a stop is requested."""

    @property
    def ready(self) -> bool:
        """Whether the next frame is there already, so that asking for it does not wait."""
        return True

    def close(self) -> None:  # noqa: B027 - not every one has to
        """Give back what the source holds."""

    def __enter__(self) -> Source:
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()


def likely_fps(capture: Any) -> float:
    """The frame rate that a file or device states, or a usual one where it states nonsense."""
    stated = float(capture.get(cv2.CAP_PROP_FPS))
    return stated if 1 <= stated <= 240 else _LIKELY_FPS


class Video(Source):
    """Every frame of a video file; `loop` starts over at its end, `paced` keeps its frame rate."""

    def __init__(self, path: Path, *, loop: bool = False, paced: bool = False) -> None:
        if not path.is_file():
            raise InputError(f"cannot read video {path}: there is no such file")
        self.path, self.loop, self.paced = path, loop, paced
        self.name = str(path)
        self._capture = self._open()
        self.fps = likely_fps(self._capture)
        self._stated = int(self._capture.get(cv2.CAP_PROP_FRAME_COUNT))
        self._next_due = 0.0

    def _open(self) -> cv2.VideoCapture:
        capture = cv2.VideoCapture(str(self.path))
        if not capture.isOpened():
            raise InputError(
                f"{self.path} is not a video that OpenCV can read (damaged, cut off, or no video)"
            )
        return capture

    @property
    def ready(self) -> bool:
        return not self.paced or time.monotonic() >= self._next_due

    def frames(self, stop: Stop) -> Iterator[Frame | None]:
        start, index = time.monotonic(), 0
        while not stop():
            before = index
            for image, took in self._pictures(stop):
                if self.paced and stop.wait(start + index / self.fps - time.monotonic()):
                    return
                now = time.monotonic()
                self._next_due = start + (index + 1) / self.fps
                yield Frame(index, image, now, took, index / self.fps, f"{self.name}:{index}")
                index += 1
            if index == before and not stop():
                raise InputError(f"{self.path} holds no frame that OpenCV can read")
            self._note_end(index - before, stop)
            if not self.loop:
                return
            self._capture = self._open()

    def _pictures(self, stop: Stop) -> Iterator[tuple[np.ndarray, float]]:
        """One pass over the file: RGB pictures and the seconds that reading each took."""
        while not stop():
            start = time.monotonic()
            there, image = self._capture.read()
            if not there:
                break
            image = cv2.cvtColor(image, cv2.COLOR_BGR2RGB)
            yield image, time.monotonic() - start
        self._capture.release()

    def _note_end(self, frames: int, stop: Stop) -> None:
        # Containers round their length, so a few frames less than stated are no damage.
        if frames < 0.9 * self._stated - 2 and not stop():
            self.message = f"{self.path} ends after {frames} of {self._stated} frames: damaged?"

    def close(self) -> None:
        self._capture.release()


class Pictures(Source):
    """Pictures as a stream, over and over."""

    def __init__(self, pictures: Sequence[np.ndarray], names: Sequence[str], name: str) -> None:
        self.name = name
        self._pictures, self._names = pictures, names

    def frames(self, stop: Stop) -> Iterator[Frame | None]:
        index = 0
        while not stop():
            which = index % len(self._pictures)
            start = time.monotonic()
            image = self._pictures[which]
            now = time.monotonic()
            yield Frame(index, image, now, now - start, index / self.fps, self._names[which])
            index += 1


def noise(count: int = 8, size: tuple[int, int] = (640, 480)) -> Pictures:
    """Random pictures of (width, height), for timing without a data set."""
    rng = np.random.default_rng(0)
    shape = (count, size[1], size[0], 3)
    pictures = rng.integers(0, 256, shape, np.uint8)
    return Pictures(list(pictures), [f"noise {i}" for i in range(count)], "noise")
