# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""How long each stage of the pipeline takes: one place for every time that is measured."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

# In the order of the data flow. "network" runs from submission to result, queue and decoding
# included; "total" from capture until every output has the frame.
STAGES = ("capture", "detect", "crop", "network", "draw", "save", "total")
_PERCENTILES = (50, 90, 99)


class Stages:
    """Seconds of each stage, of the last `keep` frames; any thread may add."""

    def __init__(self, keep: int = 10_000) -> None:
        self._times: dict[str, deque[tuple[float, float]]] = {
            name: deque(maxlen=keep) for name in STAGES
        }
        self._lock = threading.Lock()

    def add(self, stage: str, seconds: float) -> None:
        """Count one passage of a stage, which ends now."""
        with self._lock:
            self._times[stage].append((time.monotonic(), seconds))

    @contextmanager
    def time(self, stage: str) -> Iterator[None]:
        """Count what happens inside the `with` statement."""
        start = time.perf_counter()
        yield
        self.add(stage, time.perf_counter() - start)

    def _recent(self, stage: str, window: float) -> list[float]:
        since, recent = time.monotonic() - window, []
        with self._lock:
            for when, seconds in reversed(self._times[stage]):
                if when < since:
                    break
                recent.append(seconds)
        return recent

    def rate(self, stage: str = "total", window: float = 1.0) -> float:
        """Passages a second, over the last `window` seconds."""
        return len(self._recent(stage, window)) / window

    def medians(self, window: float = 1.0) -> dict[str, float]:
        """Milliseconds of each stage that was passed in the last `window` seconds."""
        recent = {name: self._recent(name, window) for name in STAGES}
        return {name: 1e3 * float(np.median(times)) for name, times in recent.items() if times}

    def percentiles(self) -> dict[str, tuple[float, ...]]:
        """Milliseconds (p50, p90, p99) of each stage that was passed, over all that is kept."""
        with self._lock:
            kept = {name: [seconds for _, seconds in times] for name, times in self._times.items()}
        return {
            name: tuple(1e3 * float(v) for v in np.percentile(times, _PERCENTILES))
            for name, times in kept.items()
            if times
        }

    def table(self) -> str:
        """The percentiles as text, one stage a line."""
        lines = [f"{'stage':<10}" + "".join(f"{f'p{p} ms':>10}" for p in _PERCENTILES)]
        for name, values in self.percentiles().items():
            lines.append(f"{name:<10}" + "".join(f"{value:>10.2f}" for value in values))
        return "\n".join(lines)
