# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""How many views of each face a stream takes: a number, or as many as keep up with the source."""

from __future__ import annotations

from hls.common.progress import Note
from hls.streams.views import COUNTS

# Share of the time between two frames that detection, crops and network may take: the rest is for
# drawing and for a machine that others use too.
_SHARE = 0.75
# Frames with a face for each number of views, and how many too slow ones among them end the search.
_FRAMES, _SLOW = 8, 3


class ViewCount:
    """A number of views that stays."""

    settled = True

    def __init__(self, count: int = 1) -> None:
        self.count = count

    def took(self, count: int, seconds: float, faces: int) -> None:
        """A frame with `faces` faces took `seconds` with `count` views."""


class AutoViewCount(ViewCount):
    """The largest number that keeps up with `fps` frames per second, found in the first frames
    that show a face, and kept from then on.

    Each number of views gets a few frames; once too many of them are slow, the number before it
    stays. Where fewer faces are seen than the `faces` that are wanted, those are reckoned with.
    """

    settled = False

    def __init__(self, fps: float, faces: int, note: Note) -> None:
        super().__init__(COUNTS[0])
        self._fps, self._faces, self._note = fps, faces, note
        self._frames = self._slow = 0

    def took(self, count: int, seconds: float, faces: int) -> None:
        if self.settled or count != self.count:
            # Frames under way when the number changed say nothing about the new one.
            return
        self._frames += 1
        self._slow += seconds * max(1.0, self._faces / faces) > _SHARE / self._fps
        place = COUNTS.index(self.count)
        if self._slow >= _SLOW:
            self._settle(COUNTS[max(0, place - 1)], "more do not keep up with")
        elif self._frames >= _FRAMES and self.count == COUNTS[-1]:
            self._settle(self.count, "they keep up with")
        elif self._frames >= _FRAMES:
            self.count, self._frames, self._slow = COUNTS[place + 1], 0, 0

    def _settle(self, count: int, why: str) -> None:
        self.count, self.settled = count, True
        named = f"{count} view" if count == 1 else f"{count} views"
        self._note(f"{named} of each face: {why} {self._fps:g} frames/s (--views N sets a number)")
