# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""What a person sees of a running stream: the page in a browser, a line on the terminal."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from host.live.pipeline import Found, Pipeline, Sink
from host.live.sources import Source
from host.page.status import Status

if TYPE_CHECKING:
    from host.page.page import Page

# Seconds between two progress lines.
_PROGRESS = 0.25


def status_of(pipeline: Pipeline, source: Source, since: float) -> Status:
    """The stream's state; `since` is when it began, in seconds of time.perf_counter()."""
    backend, checker = pipeline.backend, pipeline.checker
    medians = pipeline.stages.medians()
    return Status(
        frames=pipeline.frames,
        fps=round(pipeline.stages.rate(), 1),
        latency_ms=round(medians.get("total", 0.0), 1),
        backend=backend.name,
        network=_network(backend.bundle.name, pipeline.views.count),
        faces=pipeline.faces,
        checked=checker.checked if checker else 0,
        mismatches=checker.mismatches if checker else 0,
        dropped=source.dropped,
        source=_short(source.name),
        stages={name: round(ms, 2) for name, ms in medians.items() if name != "total"},
        message=source.message,
        seconds=round(time.perf_counter() - since, 1),
    )


def _network(name: str, views: int) -> str:
    return name if views == 1 else f"{name}, {views} views"


def _short(name: str) -> str:
    """A file without its folders; an address as it is."""
    return name if "://" in name else Path(name).name


class PageOutput(Sink):
    """Shows each frame on the page; the last one again, with news, while none come."""

    draws = True

    def __init__(self, page: Page, status: Callable[[], Status]) -> None:
        self._page, self._status = page, status
        self._last: np.ndarray | None = None

    def put(self, found: Found, picture: np.ndarray) -> None:
        self._last = picture
        self._page.show(picture, self._status(), found.frame.captured)

    def idle(self) -> None:
        if self._last is not None:
            self._page.show(self._last, self._status())

    def finish(self) -> None:
        self._page.close()

    def abandon(self) -> None:
        self._page.close()


class Progress(Sink):
    """One line on the terminal, written over and over."""

    def __init__(self, status: Callable[[], Status]) -> None:
        self._status, self._next, self._length = status, 0.0, 0

    def put(self, found: Found, picture: np.ndarray) -> None:
        self.idle()

    def idle(self) -> None:
        now = time.monotonic()
        if now < self._next:
            return
        self._next = now + _PROGRESS
        state = self._status()
        text = f"{state.frames} frames, {state.fps} frames/s, {state.faces} faces"
        if state.message:
            text += f", {state.message}"
        self._write("\r" + text.ljust(self._length))
        self._length = len(text)

    def finish(self) -> None:
        if self._length:
            self._write("\r" + " " * self._length + "\r")

    def abandon(self) -> None:
        self.finish()

    @staticmethod
    def _write(text: str) -> None:
        sys.stderr.write(text)
        sys.stderr.flush()
