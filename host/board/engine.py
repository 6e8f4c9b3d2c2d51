# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Frames through the DMA in their order, the next one packed and sent while others compute.

After an error everything is started anew, and what was under way runs again, a submission from its
first frame: none is lost, none is answered with another's result. A lost input beat is only
detected when the queue drains; results since the last drain are then named as suspect.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np

from hls.common.errors import one_line
from hls.common.progress import Note
from host.api.base import BackendError, Result
from host.board.session import HangError, Pace, Session

# Timings kept of each stage.
_KEPT = 10_000


@dataclass(eq=False)
class Job:
    """Images (N, H, W, C) of one submission; the outputs so far, int32 (H, W, C) each."""

    images: np.ndarray
    heatmaps: bool
    future: Future[Result] = field(default_factory=Future)
    outputs: list[np.ndarray] = field(default_factory=list)


@dataclass
class _Frame:
    job: Job
    image: np.ndarray
    sent_at: float = 0.0


def _frames(job: Job) -> list[_Frame]:
    return [_Frame(job, image) for image in job.images]


class Engine:
    """One thread that moves frames between a queue and a session.

    `finish(job, seconds)` makes a job's result from its outputs; `diagnose(error, times)` what
    the user gets to read of a failure that was final. `stages` keeps the seconds of each frame in
    each stage.
    """

    def __init__(
        self,
        session: Session,
        pace: Pace,
        finish: Callable[[Job, float], Result],
        note: Note,
        diagnose: Callable[[BackendError, int], BackendError],
    ) -> None:
        self._session, self._pace = session, pace
        self._finish, self._note, self._diagnose = finish, note, diagnose
        self.stages: dict[str, deque[float]] = {
            stage: deque(maxlen=_KEPT) for stage in ("pack", "hardware", "unpack")
        }
        self._waiting: deque[_Frame] = deque()
        self._flying: deque[_Frame] = deque()
        self._change = threading.Condition()
        self._closing = False
        self._answered = self._failures = 0
        self._answered_when_idle = 0
        self._job_started = self._moved_at = 0.0
        self._forget()
        self._stale = False
        self._thread = threading.Thread(target=self._serve, name="dma", daemon=True)
        self._thread.start()

    def submit(self, job: Job) -> None:
        """Queue a job's frames."""
        job.future.set_running_or_notify_cancel()
        with self._change:
            # Under the lock: once the thread has ended nobody would answer.
            if self._closing:
                raise BackendError("the backend is closed: open another")
            if not len(job.images):
                self._complete(job)
                return
            if not self._waiting and not self._flying:
                self._job_started, self._moved_at = time.perf_counter(), self._pace.now()
            self._waiting.extend(_frames(job))
            self._change.notify()

    def close(self) -> None:
        """Finish what was submitted, then close the session; a second call does nothing."""
        with self._change:
            if self._closing:
                return
            self._closing = True
            self._change.notify()
        self._thread.join()
        self._session.close()

    def _serve(self) -> None:
        while self._has_work():
            try:
                self._work()
            except Exception as error:
                # A mistake of ours, or something that was called back; nobody may wait for ever.
                self._give_up(BackendError(f"the board's driver failed: {one_line(error)}"))

    def _work(self) -> None:
        try:
            if self._stale:
                self._session.recover()
                self._stale = False
                self._moved_at = self._pace.now()
            self._turn()
        except BackendError as error:
            self._failed(error)

    def _has_work(self) -> bool:
        with self._change:
            while not self._waiting and not self._flying:
                if self._closing:
                    return False
                self._change.wait()
            return True

    def _forget(self) -> None:
        """Nothing is being sent or received, nothing packed; what was under way waits again."""
        self._waiting.extendleft(reversed(self._flying))
        self._flying.clear()
        if self._waiting:
            job = self._waiting[0].job
            done = len(job.outputs)
            self._waiting.extendleft(reversed(_frames(job)[:done]))
            self._answered -= done
            job.outputs.clear()
        self._sending = self._packed = False
        self._receiving = False
        self._in_slot = self._out_slot = 0
        self._stale = True

    def _turn(self) -> None:
        """One look at both channels. The hardware gets its next work before results are read."""
        arrived = self._receiving and self._session.received()
        if arrived:
            self._receiving = False
        moved = self._receive(len(self._flying) - arrived) | self._send() | arrived
        if arrived:
            self._answer(1 - self._out_slot if self._receiving else self._out_slot)
        if moved:
            self._moved_at = self._pace.now()
        elif self._pace.now() - self._moved_at > self._pace.timeout_s:
            waited = f"{self._pace.timeout_s:g} s"
            raise HangError(f"no output for {waited} after frame {self._answered}")
        else:
            self._pace.pause()

    def _receive(self, expected: int) -> bool:
        """Make the other output buffer ready where a frame is still to come."""
        if self._receiving or not expected:
            return False
        self._out_slot = 1 - self._out_slot
        self._session.receive(self._out_slot)
        self._receiving = True
        return True

    def _send(self) -> bool:
        """Send the packed frame as soon as the one before has left, and pack another."""
        sent = self._sending and self._session.sent()
        if sent:
            self._sending = False
        self._pack()
        if self._packed and not self._sending:
            self._session.send(self._in_slot)
            self._in_slot = 1 - self._in_slot
            self._packed, self._sending = False, True
            frame = self._waiting.popleft()
            frame.sent_at = time.perf_counter()
            self._flying.append(frame)
            self._pack()
            return True
        return sent

    def _pack(self) -> None:
        if not self._packed and self._waiting:
            with _timed(self.stages["pack"]):
                self._session.pack(self._in_slot, self._waiting[0].image)
            self._packed = True

    def _answer(self, slot: int) -> None:
        self.stages["hardware"].append(time.perf_counter() - self._flying[0].sent_at)
        with _timed(self.stages["unpack"]):
            output = self._session.unpack(slot)
        job = self._flying.popleft().job
        job.outputs.append(output)
        self._answered += 1
        if len(job.outputs) == len(job.images):
            self._failures = 0
            self._complete(job)

    def _complete(self, job: Job) -> None:
        if not self._waiting and not self._flying:
            self._answered_when_idle = self._answered
        now = time.perf_counter()
        seconds = now - self._job_started
        self._job_started = now
        try:
            job.future.set_result(self._finish(job, seconds))
        except Exception as error:
            job.future.set_exception(error)

    def _failed(self, error: BackendError) -> None:
        self._failures += 1
        if self._failures >= self._pace.attempts:
            self._give_up(self._diagnose(error, self._failures))
            return
        starved = not self._sending and not self._waiting
        self._forget()
        doubt = ""
        first = self._answered_when_idle + 1
        if starved and self._answered >= first:
            doubt = f"; was a beat lost? frames {first} to {self._answered} may be wrong"
        self._note(f"{error}; starting again with frame {self._answered + 1}{doubt}")

    def _give_up(self, error: BackendError) -> None:
        """Every job that waits ends with the error; the next one starts anew."""
        self._forget()
        self._failures = 0
        with self._change:
            jobs = {frame.job: None for frame in self._waiting}
            self._waiting.clear()
        for job in jobs:
            job.future.set_exception(error)


@contextmanager
def _timed(seconds: deque[float]) -> Iterator[None]:
    start = time.perf_counter()
    yield
    seconds.append(time.perf_counter() - start)
