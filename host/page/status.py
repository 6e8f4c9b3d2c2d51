# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""What the page says of a stream beside its picture."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Status:
    """Fields by the names that page.js reads; it leaves out what is None.

    Times are in milliseconds and of the last second, but `seconds`, since the stream began. `fps`
    are frames per second, `stages` the time of each stage by name, `message` is for the viewer.
    """

    frames: int | None = None
    fps: float | None = None
    latency_ms: float | None = None
    backend: str | None = None
    network: str | None = None
    faces: int | None = None
    checked: int | None = None
    mismatches: int | None = None
    dropped: int | None = None
    source: str | None = None
    stages: dict[str, float] = field(default_factory=dict)
    message: str | None = None
    seconds: float | None = None
