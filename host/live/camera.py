# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""A camera: its own thread keeps the newest frame, so that what is shown is never old.

V4L2 devices by number or path; a video file or URL stands in for a device, at its own pace.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from hls.common.errors import InputError, one_line
from host.live.sources import Frame, Source, likely_fps
from host.live.stop import Stop

# A camera may need a second to wake; one that still gives nothing after _TRIES never will
# (seen on boards without memory for V4L2 buffers).
_TRIES = 20
_PAUSE = 0.1
# OpenCV itself waits ten seconds for a frame; the tries end after this many.
_PATIENCE = 10.0
# A damaged frame reads as none; this many in a row, or one after such a wait, mean a lost camera.
_HICCUPS = 5
_STALLED = 1.0
# Seconds between attempts to open a camera that was lost: twice as long each time, up to the last.
_BACK_OFF = (0.5, 5.0)
# Seconds without a frame after which the display is told.
_IDLE = 0.5


def is_device(text: str) -> bool:
    """Whether --camera's argument is a V4L2 device rather than a file or URL."""
    return text.isdigit() or text.startswith("/dev/")


class Camera(Source):
    """The newest frames of a device, as fast as the reader takes them; `dropped` counts others."""

    def __init__(self, device: str, size: tuple[int, int] = (640, 480), fps: float = 30.0) -> None:
        self.device = f"/dev/video{device}" if device.isdigit() else device
        self.name = f"camera {self.device}"
        self._size, self._wanted_fps = size, fps
        self._stop = threading.Event()
        self._news = threading.Condition()
        self._newest: tuple[np.ndarray, float, float] | None = None
        self._ended = False
        self._error: Exception | None = None
        self._capture, first = self._open()
        self._put(first, time.monotonic(), 0.0)
        self._thread = threading.Thread(target=self._grab, name="camera", daemon=True)
        self._thread.start()

    def _open(self) -> tuple[Any, np.ndarray]:
        """The opened device and its first picture; InputError where it gives none."""
        capture, start, tries = self._connect(), time.monotonic(), 0
        while tries < _TRIES and time.monotonic() - start < _PATIENCE:
            tries += 1
            there, image = capture.read()
            if there:
                self.fps = likely_fps(capture)
                return capture, image
            if self._stop.wait(_PAUSE):
                break
        capture.release()
        raise InputError(
            f"{self.name} opens but gives no frame in {tries} tries: close other programs that"
            " use it, unplug and replug it, or try a smaller --size"
        )

    def _connect(self) -> Any:
        if not is_device(self.device):
            if "://" not in self.device and not os.path.isfile(self.device):
                raise InputError(f"{self.name} cannot be opened: there is no such file")
            capture = cv2.VideoCapture(self.device)
        else:
            self._check_device()
            capture = cv2.VideoCapture(self.device, cv2.CAP_V4L2)
        if not capture.isOpened():
            capture.release()
            raise InputError(f"{self.name} cannot be opened: in use, or not a camera or video")
        if is_device(self.device):
            self._configure(capture)
        return capture

    def _check_device(self) -> None:
        if not os.path.exists(self.device):
            there = ", ".join(sorted(map(str, Path("/dev").glob("video*")))) or "none"
            raise InputError(f"there is no {self.device} (cameras found: {there}): plug it in")
        if not os.access(self.device, os.R_OK | os.W_OK):
            raise InputError(
                f"no permission to use {self.device}: run as root, or join the group 'video'"
            )

    def _configure(self, capture: Any) -> None:
        # MJPG first: uncompressed frames of this size don't fit USB 2 at 30 a second.
        capture.set(cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"MJPG"))
        capture.set(cv2.CAP_PROP_FRAME_WIDTH, self._size[0])
        capture.set(cv2.CAP_PROP_FRAME_HEIGHT, self._size[1])
        capture.set(cv2.CAP_PROP_FPS, self._wanted_fps)
        capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)

    def _put(self, image: np.ndarray, captured: float, took: float) -> None:
        with self._news:
            self.dropped += self._newest is not None
            self._newest = image, captured, took
            self._news.notify()

    def _grab(self) -> None:
        """The thread; whatever ends it, the reader hears of it."""
        try:
            self._read_all()
        except Exception as error:
            self._error = error
        self._capture.release()
        with self._news:
            self._ended = True
            self._news.notify()

    def _read_all(self) -> None:
        """Read for ever, reconnect when the device goes away."""
        start, count, failures = time.monotonic(), 1, 0
        is_file = os.path.isfile(self.device)
        while not self._stop.is_set():
            before = time.monotonic()
            there, image = self._capture.read()
            now = time.monotonic()
            if there:
                failures = 0
                self._put(image, now, now - before)
            else:
                failures += 1
                if is_file or (self._is_lost(failures, now - before) and not self._reconnect()):
                    break
            if is_file:
                self._stop.wait(start + count / self.fps - now)
                count += 1

    def _is_lost(self, failures: int, waited: float) -> bool:
        """Whether the device is gone after `failures` empty reads, the last of `waited` seconds."""
        return failures >= _HICCUPS or waited > _STALLED or self._stop.wait(_PAUSE / 5)

    def _reconnect(self) -> bool:
        """Wait until the device is back; False when the camera is closed meanwhile."""
        self.message = f"{self.name} lost, reconnecting"
        self._capture.release()
        pause, longest = _BACK_OFF
        while not self._stop.wait(pause):
            try:
                self._capture, image = self._open()
            except InputError:
                pause = min(2 * pause, longest)
                continue
            self._put(image, time.monotonic(), 0.0)
            self.message = ""
            return True
        return False

    @property
    def ready(self) -> bool:
        return self._newest is not None

    def frames(self, stop: Stop) -> Iterator[Frame | None]:
        start, index = time.monotonic(), 0
        # What went by while the reader was not there yet is not dropped.
        self.dropped = 0
        while not stop():
            with self._news:
                self._news.wait_for(lambda: self._newest is not None or self._ended, _IDLE)
                newest, self._newest = self._newest, None
            if newest is not None:
                image, captured, took = newest
                image = cv2.cvtColor(image, cv2.COLOR_BGR2RGB)
                seconds = max(0.0, captured - start)
                yield Frame(index, image, captured, took, seconds, f"{self.name}:{index}")
                index += 1
            elif self._error:
                raise InputError(f"{self.name} cannot be read: {one_line(self._error)}")
            elif self._ended:
                return
            else:
                yield None

    def close(self) -> None:
        self._stop.set()
        # A read of a V4L2 device that hangs gives up after ten seconds; we don't wait for that.
        self._thread.join(timeout=2.0)
