# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Which squares of a frame the network looks at, and whether what it found is a face."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np

from hls.common.errors import InputError
from host.bundle.bundle import Bundle
from host.live.detector import Detector
from host.live.sources import Frame
from host.pictures.face_box import (
    FACE_LANDMARKS,
    Square,
    check_box,
    find_face,
    landmark_box,
    whole_picture,
)
from host.pictures.landmarks import Landmarks

# For networks without a threshold of their own. Measured with the shipped ones: mean scores on
# faces (61 of faces68's test crops; book.mkv, 109 frames) are 0.96 to 1.02 of their median. Random
# squares without a face (60 of a street video, 60 of pose14, noise, flat grey): 95 of 100 stay
# below 0.91 (face-tiny) and 0.87 (face-z1).
_LEAST_SCORE = 0.90
# A face is taken up at the network's threshold, which 2 of 100 test faces miss, and so do single
# blurred frames of one that is followed: that stays while it is likelier a face than not.
_STILL_A_FACE = 0.5
# New box over old one: 0.89 to 1.18 on faces, 1.47 where the old one was 0.7 of what it should be.
_SIDES = (0.6, 1.6)
# How far the centre moves, over the old side: at most 0.11 on faces, 0.17 from a square 0.15 off.
_FARTHEST = 0.3
_SMALLEST_SIDE = 20.0
# A face that was judged no face this many times in a row is lost: one blurred frame is not.
_MISSES = 3
# How far a box follows the newest landmarks: its side less than its place, because landmarks on
# the heatmaps' grid make it tremble (5 % of the side) while faces change their size slowly.
_FOLLOW_PLACE, _FOLLOW_SIDE = 0.6, 0.25
# Share of a new score in the running mean of a face's scores.
_NEW_SCORE = 0.1
# Frames between two looks of the detector: while no face is followed or one is in doubt, while
# there are less than wanted, and while all are there.
_LOOK_SOON, _LOOK_FOR_MORE, _LOOK_ANYWAY = 5, 30, 150
# A face that the detector misses so often in a row, while it sees another elsewhere, is given up:
# the network has got stuck on something that only resembles one.
_DOUBTS = 3


def looks_at_faces(bundle: Bundle) -> bool:
    """Whether the network wants a face's square rather than the whole picture."""
    return bundle.landmarks == FACE_LANDMARKS


@dataclass(frozen=True)
class Look:
    """A face box to look at; `number` stays the same while it is the same face."""

    number: int
    box: Square


class Finder(ABC):
    """Proposes squares for each frame and learns from what the network found in them."""

    @abstractmethod
    def look(self, frame: Frame) -> list[Look]:
        """Where to look in this frame."""

    def learn(self, frame: Frame, look: Look, found: Landmarks) -> bool:
        """Take in a result; whether it counts."""
        return True

    def close(self) -> None:  # noqa: B027 - not every one has to
        """Give back what the finder holds."""


class Everywhere(Finder):
    """One square for all frames: given by hand, or else the whole picture."""

    def __init__(self, box: Square | None = None) -> None:
        self._box = box

    def look(self, frame: Frame) -> list[Look]:
        if self._box is not None:
            check_box(self._box, frame.image)
        return [Look(0, self._box or whole_picture(frame.image))]


class EachPicture(Finder):
    """The largest face of each picture by itself; for pictures that have nothing in common."""

    def look(self, frame: Frame) -> list[Look]:
        try:
            return [Look(0, find_face(frame.image))]
        except InputError as error:
            raise InputError(f"{frame.name}: {error}") from None


class Boxes(Finder):
    """The known boxes of pictures that come over and over."""

    def __init__(self, boxes: list[Square]) -> None:
        self._boxes = boxes

    def look(self, frame: Frame) -> list[Look]:
        return [Look(0, self._boxes[frame.index % len(self._boxes)])]


@dataclass
class _Track:
    box: Square
    score: float | None = None
    misses: int = 0
    doubts: int = 0

    def follow(self, new: Square, score: float) -> None:
        """Move towards the box of the newest landmarks."""
        old, self.misses = self.box, 0
        self.box = Square(
            old.x + _FOLLOW_PLACE * (new.x - old.x),
            old.y + _FOLLOW_PLACE * (new.y - old.y),
            old.side + _FOLLOW_SIDE * (new.side - old.side),
        )
        self.score = score if self.score is None else self.score + _NEW_SCORE * (score - self.score)


class Tracker(Finder):
    """Up to `count` faces: found by the detector, then followed by their own landmarks."""

    def __init__(self, detector: Detector, count: int = 1) -> None:
        self._detector, self._count = detector, count
        self._tracks: dict[int, _Track] = {}
        self._numbers = 0
        self._asked = -_LOOK_ANYWAY
        self._level = 0.0

    def look(self, frame: Frame) -> list[Look]:
        if frame.index - self._asked >= self._patience() and not self._detector.busy:
            self._detector.ask(frame.image)
            self._asked = frame.index
        found = self._detector.answer()
        if found:
            self._compare(found)
        return [Look(number, track.box) for number, track in self._tracks.items()]

    def _patience(self) -> int:
        """Frames between two looks of the detector, as things are."""
        tracks = self._tracks.values()
        if not tracks or any(track.doubts for track in tracks):
            return _LOOK_SOON
        return _LOOK_FOR_MORE if len(tracks) < self._count else _LOOK_ANYWAY

    def _compare(self, found: list[Square]) -> None:
        """Take up new faces; doubt those that the detector misses while it sees others."""
        for number, track in list(self._tracks.items()):
            seen = any(_same(track.box, box) for box in found)
            track.doubts = 0 if seen else track.doubts + 1
            if track.doubts >= _DOUBTS:
                del self._tracks[number]
        for box in found[: self._count]:
            known = any(_same(track.box, box) for track in self._tracks.values())
            if not known and len(self._tracks) < self._count:
                self._tracks[self._numbers] = _Track(box)
                self._numbers += 1

    def learn(self, frame: Frame, look: Look, found: Landmarks) -> bool:
        new, score = landmark_box(found.points), float(found.scores.mean())
        track = self._tracks.get(look.number)
        if found.confidence is None:
            face = score >= _LEAST_SCORE * self._level
        else:
            followed = track is not None and track.score is not None
            face = found.is_face or (followed and found.confidence >= _STILL_A_FACE)
        good = face and _plausible(look.box, new, frame.image)
        if track is None:
            return good
        if good:
            track.follow(new, score)
            self._level = max(self._level, track.score or 0.0)
        else:
            track.misses += 1
            if track.misses >= _MISSES:
                del self._tracks[look.number]
        return good

    def close(self) -> None:
        self._detector.close()


def follower(bundle: Bundle, wait: bool = False, count: int = 1) -> Finder:
    """What suits a stream: up to `count` faces followed, or the whole picture for a body network.

    `wait` is the detector's.
    """
    return Tracker(Detector(wait), count) if looks_at_faces(bundle) else Everywhere()


def _same(one: Square, other: Square) -> bool:
    """Whether two boxes are round the same face: each centre in the other's inner half."""
    near = 0.25 * min(one.side, other.side)
    return abs(one.x - other.x) < near and abs(one.y - other.y) < near


def _plausible(old: Square, new: Square, image: np.ndarray) -> bool:
    """Whether a face at `old` can be at `new` in the next frame."""
    height, width = image.shape[:2]
    inside = 0 <= new.x < width and 0 <= new.y < height
    moved = float(np.hypot(new.x - old.x, new.y - old.y))
    low, high = _SIDES
    grown = low * old.side <= new.side <= high * old.side
    return inside and grown and moved <= _FARTHEST * old.side and new.side >= _SMALLEST_SIDE
