# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""The newest picture for all viewers: encoded once, in one thread, and only while they watch."""

from __future__ import annotations

import math
import threading
import time
from dataclasses import asdict, dataclass
from typing import Any

import cv2
import numpy as np

from host.page.status import Status

BOUNDARY = "picture"
MOST_VIEWERS = 32
# A picture that is saved is looked at longer than one of a stream.
_SNAPSHOT_QUALITY = 95


@dataclass(frozen=True)
class Shown:
    """A picture as it was shown: RGB uint8 (H, W, 3); `captured` and `shown` are seconds of
    time.monotonic()."""

    number: int
    picture: np.ndarray
    status: Status
    captured: float
    shown: float


@dataclass(frozen=True)
class Part:
    """A picture as one part of the multipart stream, ready to send."""

    number: int
    data: bytes


class Feed:
    """Keeps the newest picture; viewers `enter`, ask for the `next` part and `leave`."""

    def __init__(self, quality: int, fps: float) -> None:
        self._quality = quality
        self._period = 1 / fps
        self._lock = threading.Lock()
        self._fresh = threading.Condition(self._lock)
        self._ready = threading.Condition(self._lock)
        self._snapshot_lock = threading.Lock()
        self._newest: Shown | None = None
        self._part: Part | None = None
        self._viewers: list[str] = []
        self.closed = False
        self._thread = threading.Thread(target=self._encode_all, name="page-encoder", daemon=True)
        self._thread.start()

    @property
    def viewers(self) -> int:
        """Streams that are open now."""
        return len(self._viewers)

    def show(self, picture: np.ndarray, status: Status, captured: float | None) -> None:
        """Make this the newest picture; nothing is copied or encoded here."""
        now = time.monotonic()
        stamp = now if captured is None else captured
        with self._lock:
            number = 1 + (self._newest.number if self._newest else 0)
            self._newest = Shown(number, picture, status, stamp, now)
            self._fresh.notify()

    def enter(self, name: str) -> bool:
        """Count one viewer more; False when there is no room for one."""
        with self._lock:
            if len(self._viewers) >= MOST_VIEWERS:
                return False
            self._viewers.append(name)
            self._fresh.notify()
            return True

    def leave(self, name: str) -> None:
        """Undo `enter`; what the last viewer leaves behind must not greet the next one."""
        with self._lock:
            self._viewers.remove(name)
            if not self._viewers:
                self._part = None

    def next(self, after: int, timeout: float) -> Part | None:
        """The newest part once there is one later than number `after`; None after `timeout` s."""
        with self._lock:
            self._ready.wait_for(lambda: self.closed or self._is_later(after), timeout)
            return self._part if not self.closed and self._is_later(after) else None

    def _is_later(self, after: int) -> bool:
        return self._part is not None and self._part.number > after

    def snapshot(self) -> tuple[int, bytes] | None:
        """Number and JPEG of the newest picture; None before the first."""
        newest = self._newest
        if newest is None:
            return None
        with self._snapshot_lock:
            return newest.number, encode(newest.picture, _SNAPSHOT_QUALITY)

    def report(self, name: str) -> dict[str, Any]:
        """What the page's script asks for; `streaming` is whether stream `name` is open."""
        newest = self._newest
        status = newest.status if newest else Status()
        return {
            "pictures": newest.number if newest else 0,
            "age_s": round(time.monotonic() - newest.shown, 2) if newest else None,
            "viewers": self.viewers,
            "most_viewers": MOST_VIEWERS,
            "streaming": name in self._viewers,
            "status": _finite(asdict(status)),
        }

    def close(self) -> None:
        """End the encoder's thread and wake every viewer."""
        with self._lock:
            self.closed = True
            self._fresh.notify()
            self._ready.notify_all()
        self._thread.join()

    def _encode_all(self) -> None:
        due = time.monotonic()
        # A picture may go out a period early: where the mean rate is kept, none waits.
        while (shown := self._wanted(due - self._period)) is not None:
            due = max(due, time.monotonic()) + self._period
            part = Part(shown.number, _part(shown, self._quality))
            with self._lock:
                if self._viewers:
                    self._part = part
                    self._ready.notify_all()

    def _wanted(self, due: float) -> Shown | None:
        """The newest picture when one is due that somebody waits for; None at the end."""
        with self._lock:
            self._fresh.wait_for(lambda: self.closed or self._is_wanted())
            while not self.closed and (wait := due - time.monotonic()) > 0:
                self._fresh.wait(wait)
            return None if self.closed else self._newest

    def _is_wanted(self) -> bool:
        newest = self._newest
        return bool(self._viewers) and newest is not None and self._is_new(newest)

    def _is_new(self, newest: Shown) -> bool:
        return self._part is None or newest.number > self._part.number


def encode(picture: np.ndarray, quality: int) -> bytes:
    """RGB uint8 (H, W, 3) as JPEG."""
    reordered = cv2.cvtColor(picture, cv2.COLOR_RGB2BGR)
    return bytes(cv2.imencode(".jpg", reordered, [cv2.IMWRITE_JPEG_QUALITY, quality])[1])


def _part(shown: Shown, quality: int) -> bytes:
    """Headers, picture and the next part's boundary: browsers show a picture once they see it."""
    jpeg = encode(shown.picture, quality)
    headers = (
        f"Content-Type: image/jpeg\r\nContent-Length: {len(jpeg)}\r\n"
        f"X-Picture: {shown.number}\r\nX-Capture-Time: {shown.captured:.6f}\r\n\r\n"
    )
    return headers.encode() + jpeg + f"\r\n--{BOUNDARY}\r\n".encode()


def _finite(value: Any) -> Any:
    """The same without NaN and infinities, which JSON does not know."""
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    return None if isinstance(value, float) and not math.isfinite(value) else value
