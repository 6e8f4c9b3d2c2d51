# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""As many views as keep up: found in the first frames, said once, and kept."""

from __future__ import annotations

import pytest

from hls.streams.views import COUNTS
from host.live.view_count import AutoViewCount, ViewCount


def _settled(per_view: float, fps: float = 30.0, faces: int = 1, wanted: int = 1):
    """What is chosen where a view of a face takes so many seconds, the frames and the notes."""
    notes: list[str] = []
    count, frames = AutoViewCount(fps, wanted, notes.append), 0
    while not count.settled:
        frames += 1
        assert frames < 1000
        count.took(count.count, 0.002 + per_view * count.count * faces, faces)
    return count, frames, notes


@pytest.mark.parametrize(
    ("per_view", "expected"), [(0.0001, 16), (0.0025, 8), (0.004, 4), (0.01, 2), (0.02, 1), (1, 1)]
)
def test_the_largest_number_that_keeps_up(per_view: float, expected: int) -> None:
    """At 30 frames/s three quarters of 33 ms may be used."""
    count, frames, notes = _settled(per_view)
    assert count.count == expected and frames <= 8 * len(COUNTS)
    (note,) = notes
    assert note.startswith(f"{expected} view") and "30 frames/s" in note and "\n" not in note


def test_what_is_settled_is_kept() -> None:
    count, _, notes = _settled(0.004)
    for seconds in (10.0, 1e-6):
        for _ in range(50):
            count.took(count.count, seconds, 1)
    assert count.count == 4 and len(notes) == 1


def test_a_single_slow_frame_changes_nothing() -> None:
    count = AutoViewCount(30.0, 1, lambda text: None)
    for frame in range(8 * len(COUNTS)):
        count.took(count.count, 1.0 if frame % 8 == 3 else 0.001, 1)
    assert count.settled and count.count == 16


def test_frames_of_an_earlier_number_do_not_count() -> None:
    count = AutoViewCount(30.0, 1, lambda text: None)
    for _ in range(8):
        count.took(1, 0.001, 1)
    assert count.count == 2
    for _ in range(20):
        count.took(1, 1.0, 1)
    assert count.count == 2 and not count.settled


def test_faces_that_may_still_come_are_reckoned_with() -> None:
    alone, _, _ = _settled(0.001, faces=1, wanted=1)
    several, _, _ = _settled(0.001, faces=1, wanted=4)
    there, _, _ = _settled(0.001, faces=4, wanted=4)
    assert alone.count == 16 and several.count == there.count == 4


def test_a_given_number_stays() -> None:
    count = ViewCount(4)
    count.took(4, 100.0, 1)
    assert count.count == 4 and count.settled
