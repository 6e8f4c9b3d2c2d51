# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""How long each stage of the pipeline takes: one place for every time that is measured."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import MappingProxyType

import numpy as np

# In the order of the data flow. "network" runs from submission to result, queue and decoding
# included; "total" from capture until every output has the frame.
STAGES = ("capture", "detect", "crop", "network", "draw", "save", "total")
_PERCENTILES = (50, 90, 99)


class _Ring:
    """The last `keep` passages of a stage: when each ended, and how long it took."""

    def __init__(self, keep: int) -> None:
        self._values = np.full((keep, 2), -np.inf)
        self._count = 0

    def add(self, when: float, seconds: float) -> None:
        self._values[self._count % len(self._values)] = when, seconds
        self._count += 1

    def since(self, when: float) -> np.ndarray:
        """The seconds of those that ended later than `when`, in no order."""
        kept = self._values[: self._count]
        return kept[kept[:, 0] > when, 1]


class Stages:
    """Seconds of each stage, of the last `keep` frames; any thread may add."""

    def __init__(self, keep: int = 4096) -> None:
        self._rings = {name: _Ring(keep) for name in STAGES}
        self._lock = threading.Lock()
        self._start = time.monotonic()

    def add(self, stage: str, seconds: float) -> None:
        """Count one passage of a stage, which ends now."""
        with self._lock:
            self._rings[stage].add(time.monotonic(), seconds)

    @contextmanager
    def time(self, stage: str) -> Iterator[None]:
        """Count what happens inside the `with` statement."""
        start = time.perf_counter()
        yield
        self.add(stage, time.perf_counter() - start)

    def _since(self, when: float) -> dict[str, np.ndarray]:
        with self._lock:
            recent = {name: ring.since(when) for name, ring in self._rings.items()}
        return {name: times for name, times in recent.items() if len(times)}

    def rate(self, window: float = 1.0) -> float:
        """Frames a second through the whole pipeline, over the last `window` seconds or, at first,
        since the beginning."""
        now = time.monotonic()
        passed = len(self._since(now - window).get("total", ()))
        return passed / max(min(window, now - self._start), 1e-3)

    def medians(self, window: float = 1.0) -> dict[str, float]:
        """Milliseconds of each stage that was passed in the last `window` seconds."""
        recent = self._since(time.monotonic() - window)
        return {name: 1e3 * float(np.median(times)) for name, times in recent.items()}

    def percentiles(self) -> dict[str, tuple[float, ...]]:
        """Milliseconds (p50, p90, p99) of each stage that was passed, over all that is kept."""
        return {name: _percentiles(times) for name, times in self._since(-np.inf).items()}

    def table(self, network: Mapping[str, Sequence[float]] = MappingProxyType({})) -> str:
        """The percentiles as text, one stage a line; `network` has the seconds of its parts."""
        lines = [f"{'stage':<12}" + "".join(f"{f'p{p} ms':>10}" for p in _PERCENTILES)]
        for name, values in self.percentiles().items():
            lines.append(_line(name, values))
            if name == "network":
                parts = {part: list(times) for part, times in network.items() if times}
                lines += (_line(f"  {part}", _percentiles(parts[part])) for part in parts)
        return "\n".join(lines)


def _percentiles(seconds: Sequence[float] | np.ndarray) -> tuple[float, ...]:
    return tuple(1e3 * float(value) for value in np.percentile(seconds, _PERCENTILES))


def _line(name: str, values: Sequence[float]) -> str:
    return f"{name:<12}" + "".join(f"{value:>10.2f}" for value in values)
