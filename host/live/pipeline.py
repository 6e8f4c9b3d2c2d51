# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Capture, find, crop, network, draw, save: one frame's network runs while the next is prepared.

The backend has a thread, the outputs have one, and so has a camera. Order is kept throughout.
"""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np

from host.api.base import Backend, Result
from host.live.faces import Finder, Look
from host.live.golden_check import Checker
from host.live.sources import Frame, Source
from host.live.stages import Stages
from host.live.stop import Stop
from host.live.view_count import ViewCount
from host.pictures.draw import draw_landmarks
from host.pictures.face_box import Square
from host.pictures.landmarks import Landmarks, inputs_of, landmarks_of


@dataclass(frozen=True)
class Face:
    """The face in `box`, and its landmarks in the picture's pixels."""

    number: int
    box: Square
    found: Landmarks


@dataclass(frozen=True)
class Found:
    """A frame and the faces in it."""

    frame: Frame
    faces: tuple[Face, ...]


class Sink(ABC):
    """What is done with frames; called from one thread, in the order of the frames."""

    draws = False

    @abstractmethod
    def put(self, found: Found, picture: np.ndarray) -> None:
        """Take a frame; `picture` has its landmarks drawn where `draws` asks for it."""

    def idle(self) -> None:  # noqa: B027 - not every one has to
        """The source has had nothing new for a while."""

    def finish(self) -> None:  # noqa: B027 - not every one has to
        """Make whole what was written; also after Ctrl-C."""

    def abandon(self) -> None:  # noqa: B027 - not every one has to
        """Leave nothing half written behind, after an error."""


@dataclass
class _Work:
    """A frame under way: where the network looks and the result to come."""

    frame: Frame
    looks: list[Look]
    views: int = 1
    crops: np.ndarray | None = None
    job: Future[Result] | None = None
    checks: bool = False

    @property
    def boxes(self) -> list[Square]:
        """The faces' boxes."""
        return [look.box for look in self.looks]


@dataclass
class Pipeline:
    """Runs a source through the network into the sinks.

    While the source has frames ready, the finder learns from the frame before the last one
    (`IN_FLIGHT`), whatever the speed of the machine: the same file gives the same results anywhere.
    """

    backend: Backend
    finder: Finder
    sinks: list[Sink] = field(default_factory=list)
    checker: Checker | None = None
    views: ViewCount = field(default_factory=ViewCount)
    stages: Stages = field(default_factory=Stages)
    frames: int = 0
    faces: int = 0
    seconds: float = 0.0

    IN_FLIGHT = 2
    # Frames that may wait for the outputs.
    _DRAWN = 2

    def __post_init__(self) -> None:
        self._work: deque[_Work] = deque()
        self._drawn: deque[Future[None]] = deque()
        self._broken = False
        self._answered = 0.0
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="outputs")

    def run(self, source: Source, stop: Stop, limit: int | None = None) -> None:
        """All frames, or `limit`, until a stop is requested; then the sinks are made whole.

        Whatever goes wrong is raised after the sinks have removed what is half written.
        """
        start = time.perf_counter()
        try:
            self._stream(source, stop, limit)
            for sink in self.sinks:
                sink.finish()
        except BaseException:
            self._writer.shutdown()
            for sink in self.sinks:
                sink.abandon()
            raise
        finally:
            self._writer.shutdown()
            self.finder.close()
            self.seconds = time.perf_counter() - start

    def _stream(self, source: Source, stop: Stop, limit: int | None) -> None:
        for frame in source.frames(stop):
            if frame is None:
                self._queue(self._idle)
                continue
            self._enter(frame)
            last = limit is not None and frame.index + 1 >= limit
            # Nothing to overlap with while the next frame isn't there: show this one at once.
            self._leave(self.IN_FLIGHT - 1 if source.ready and not last else 0)
            if last:
                break
        self._leave(0)
        while self._drawn:
            self._drawn.popleft().result()

    def _enter(self, frame: Frame) -> None:
        self.stages.add("capture", frame.took)
        start = time.perf_counter()
        with self.stages.time("detect"):
            work = _Work(frame, self.finder.look(frame), self.views.count)
        if work.looks:
            with self.stages.time("crop"):
                work.crops = inputs_of(self.backend.bundle, frame.image, work.boxes, work.views)
            work.checks = self.checker is not None and self.checker.wants(frame.index)
            submitted = time.perf_counter()
            work.job = self.backend.submit(work.crops, heatmaps=work.checks)
            work.job.add_done_callback(lambda _: self._answer(work, start, submitted))
        self._work.append(work)

    def _answer(self, work: _Work, start: float, submitted: float) -> None:
        """Count the time of a frame whose result is there; without that of earlier ones."""
        now = time.perf_counter()
        self.stages.add("network", now - submitted)
        network, self._answered = now - max(submitted, self._answered), now
        self.views.took(work.views, submitted - start + network, len(work.looks))

    def _leave(self, most: int) -> None:
        """Pass on the oldest frames until `most` are under way."""
        while len(self._work) > most:
            work = self._work.popleft()
            faces: tuple[Face, ...] = ()
            if work.job is not None and work.crops is not None:
                result = work.job.result()
                faces = tuple(self._faces(work, result))
                if work.checks and self.checker is not None:
                    self.checker.offer(work.frame.name, work.crops, result)
            self.frames += 1
            self.faces = len(faces)
            self._queue(self._put, Found(work.frame, faces))

    def _faces(self, work: _Work, result: Result) -> list[Face]:
        found = landmarks_of(self.backend.bundle, result, work.boxes, work.views)
        return [
            Face(look.number, look.box, landmarks)
            for look, landmarks in zip(work.looks, found, strict=True)
            if self.finder.learn(work.frame, look, landmarks)
        ]

    def _queue(self, action: Callable[..., None], *arguments: object) -> None:
        """Give the outputs' thread something to do; an error of an earlier one is raised here."""
        self._drawn.append(self._writer.submit(self._output, action, *arguments))
        while len(self._drawn) > self._DRAWN or (self._drawn and self._drawn[0].done()):
            self._drawn.popleft().result()

    def _output(self, action: Callable[..., None], *arguments: object) -> None:
        """In the outputs' thread: nothing more comes out after an error."""
        if self._broken:
            return
        try:
            action(*arguments)
        except BaseException:
            self._broken = True
            raise

    def _put(self, found: Found) -> None:
        picture = found.frame.image
        if any(sink.draws for sink in self.sinks):
            with self.stages.time("draw"):
                points = [face.found.points for face in found.faces]
                picture = draw_landmarks(picture, points, enlarge=False)
        if self.sinks:
            with self.stages.time("save"):
                for sink in self.sinks:
                    sink.put(found, picture)
        self.stages.add("total", time.monotonic() - found.frame.captured)

    def _idle(self) -> None:
        for sink in self.sinks:
            sink.idle()
