# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Results held against the golden model: at once, or in the background of a stream."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable

import numpy as np

from host.api.base import Result
from host.api.difference import first_difference
from host.bundle.bundle import Bundle
from host.golden.model import Golden

# Frames that may wait for golden before more are skipped.
_WAITING = 4


class Checker:
    """Compares every N-th frame of a stream with golden, in a thread of its own.

    With `every` 0 all frames are compared and the stream waits for it; otherwise a frame that
    comes while golden is too far behind is skipped and counted.
    """

    def __init__(self, bundle: Bundle, every: int, note: Callable[[str], None]) -> None:
        self._bundle, self._every, self._note = bundle, every, note
        self._golden = Golden(bundle.graph)
        self._jobs: queue.Queue[tuple[str, np.ndarray, Result] | None] = queue.Queue(_WAITING)
        self._error: Exception | None = None
        self.checked = self.mismatches = self.skipped = 0
        self._thread = threading.Thread(target=self._work, name="check", daemon=True)
        self._thread.start()

    def wants(self, index: int) -> bool:
        """Whether this frame is one to compare; its result should then hold the heatmaps."""
        return index % max(1, self._every) == 0

    def offer(self, name: str, crops: np.ndarray, result: Result) -> None:
        """Compare a frame that was wanted; `name` is what a difference calls it."""
        if self._error:
            raise self._error
        try:
            self._jobs.put((name, crops, result), block=self._every == 0)
        except queue.Full:
            self.skipped += 1

    def _work(self) -> None:
        while True:
            job = self._jobs.get()
            if job is None:
                return
            if self._error is None:
                try:
                    self._compare(*job)
                except Exception as error:
                    self._error = error

    def _compare(self, name: str, crops: np.ndarray, result: Result) -> None:
        expected = Result.of_output(self._bundle, self._golden.run(crops))
        difference = first_difference(result, expected)
        self.checked += 1
        if difference:
            self.mismatches += 1
            if self.mismatches == 1:
                self._note(f"error: check: {name} differs from golden, first {difference.first}")

    def close(self) -> None:
        """Wait for what is queued; what went wrong in the thread is raised here."""
        self._jobs.put(None)
        self._thread.join()
        if self._error:
            raise self._error

    def __str__(self) -> str:
        if self.mismatches:
            text = f"{self.mismatches} of {self.checked} frames differ from golden"
        else:
            text = f"{self.checked} frames equal"
        if self.skipped:
            text += f", {self.skipped} skipped because golden is slower than the stream"
        return text
