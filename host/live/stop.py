# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""A clean end: the first Ctrl-C or SIGTERM ends the stream, a second one ends the program."""

from __future__ import annotations

import signal
import threading
from types import FrameType, TracebackType

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Stop:
    """Whether to stop; in a `with` statement, signals set it. Call it to read it."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self._before: dict[int, object] = {}
        self.status = 0

    def __call__(self) -> bool:
        return self._event.is_set()

    def request(self, status: int = 0) -> None:
        """Stop after the frame at work; `status` is the exit status that follows."""
        self.status = self.status or status
        self._event.set()

    def wait(self, seconds: float) -> bool:
        """Sleep, but no longer than until a stop is requested; whether it is."""
        return self._event.wait(seconds)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        if self():
            raise KeyboardInterrupt
        # A shell's way to say which signal ended a program.
        self.request(128 + number)

    def __enter__(self) -> Stop:
        # Only the main thread may set handlers; elsewhere the caller stops us by request().
        if threading.current_thread() is threading.main_thread():
            self._before = {n: signal.signal(n, self._on_signal) for n in _SIGNALS}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: object, trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]
