# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Faces are taken up, followed, lost and found again; what is no face is let go."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import cv2
import numpy as np
import pytest

from hls.common.errors import InputError
from hls.common.folders import build_root
from host.backends import open_backend
from host.bundle.bundle import load_bundle
from host.live import faces
from host.live.detector import Detector
from host.live.faces import Boxes, EachPicture, Everywhere, Look, Tracker, looks_at_faces
from host.live.pipeline import Found, Pipeline, Sink
from host.live.sources import Frame, Pictures
from host.live.stop import Stop
from host.pictures.face_box import Square, landmark_box
from host.pictures.landmarks import Landmarks
from tests.host.drawn_faces import drawn_face, needs_cascade
from tests.host.streams import read_video
from tests.networks import hourglass_net, write_test_bundle

_IMAGE = np.zeros((480, 640, 3), np.uint8)
_GOOD = np.full(68, 1000, np.int32)


def _frame(index: int, image: np.ndarray = _IMAGE) -> Frame:
    return Frame(index, image, 0.0, 0.0, index / 30, f"frame {index}")


def _points(box: Square) -> np.ndarray:
    """Landmarks whose training box is `box`."""
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]] * 17)
    return np.array([box.x, box.y]) + corners * box.side / 2.1 / 2


def _landmarks(box: Square, scores: np.ndarray = _GOOD) -> Landmarks:
    return Landmarks(_points(box), scores)


class World:
    """A detector that sees `there`, a network that finds what is there and near its square."""

    def __init__(self, *there: Square, count: int = 1) -> None:
        self.there, self.asked, self.index = list(there), [], 0
        self.seen = self.there
        self.tracker = Tracker(Detector(True, self._find), count)

    def _find(self, image: np.ndarray) -> list[Square]:
        self.asked.append(self.index)
        return self.seen

    def step(self, score: float = 1.0) -> list[Look]:
        """One frame; returns the looks that count."""
        counted = []
        for look in self.tracker.look(_frame(self.index)):
            near = [b for b in self.there if np.hypot(b.x - look.box.x, b.y - look.box.y) < 60]
            found = near[0] if near else look.box
            scores = _GOOD * (score if near else 0.5)
            if self.tracker.learn(_frame(self.index), look, _landmarks(found, scores)):
                counted.append(look)
        self.index += 1
        return counted


def test_the_box_of_landmarks_is_the_training_box() -> None:
    assert landmark_box(np.array([[10, 20], [50, 20], [30, 50]])) == Square(30, 35, 73.5)
    box = Square(100, 80, 60)
    assert landmark_box(_points(box)) == Square(100, 80, pytest.approx(60))


def test_a_face_is_found_once_and_then_followed() -> None:
    world = World(Square(300, 200, 120))
    for _ in range(100):
        (look,) = world.step()
        box = world.there[0]
        world.there[0] = Square(box.x + 2, box.y + 1, box.side + 0.2)
        assert look.number == 0
        assert np.hypot(look.box.x - box.x, look.box.y - box.y) < 6
        assert abs(look.box.side - box.side) < 3
    assert world.asked == [0]


def test_a_trembling_box_is_smoothed() -> None:
    world, rng, sides = World(Square(300, 200, 120)), np.random.default_rng(0), []
    for _ in range(200):
        sides.append(world.step()[0].box.side)
        world.there[0] = Square(300, 200, float(120 + rng.normal(0, 6)))
    assert np.std(sides[20:]) < 0.5 * 6 and abs(np.mean(sides) - 120) < 2


def test_a_face_that_leaves_is_lost_and_one_that_comes_is_found() -> None:
    world = World(Square(300, 200, 120))
    for _ in range(50):
        world.step()
    world.there.clear()
    assert [len(world.step()) for _ in range(30)] == [0] * 30
    # Looked for, but not in every frame.
    assert 3 <= len(world.asked) - 1 <= 30 / faces._LOOK_SOON + 1
    world.there.append(Square(100, 300, 90))
    numbers = [[look.number for look in world.step()] for _ in range(10)]
    assert numbers[-1] == [1]


def test_one_bad_frame_is_no_loss() -> None:
    world = World(Square(300, 200, 120))
    for _ in range(20):
        world.step()
    assert [len(world.step(score)) for score in (0.7, 0.8, 1.0)] == [0, 0, 1]
    assert world.asked == [0]
    assert [len(world.step(score)) for score in (0.7, 0.7, 0.7)] == [0, 0, 0]
    assert [look.number for look in world.step()] == [1]


@pytest.mark.parametrize(
    "found",
    [
        Square(300, 200, 60),
        Square(300, 200, 200),
        Square(345, 200, 120),
        Square(-3, 200, 120),
        Square(300, 483, 120),
    ],
)
def test_what_cannot_be_the_same_face(found: Square) -> None:
    there = Square(min(max(found.x, 0), 300), 200 if found.y < 480 else 478, 120)
    tracker = Tracker(Detector(True, lambda image: [there]))
    (look,) = tracker.look(_frame(0))
    assert tracker.learn(_frame(0), look, _landmarks(there))
    assert not tracker.learn(_frame(1), look, _landmarks(found))


def test_a_face_too_small_to_be_one() -> None:
    tracker = Tracker(Detector(True, lambda image: [Square(300, 200, 22)]))
    (look,) = tracker.look(_frame(0))
    assert not tracker.learn(_frame(0), look, _landmarks(Square(300, 200, 19)))


def test_a_calibrated_networks_threshold_decides() -> None:
    """Not how a score compares with earlier ones."""
    tracker, box = Tracker(Detector(True, lambda image: [there])), Square(300, 200, 120)
    there = box
    (look,) = tracker.look(_frame(0))

    def learn(mean: int, confidence: float, is_face: bool) -> bool:
        scores = np.full(68, mean, np.int32)
        found = Landmarks(_points(box), scores, np.ones(68), confidence, is_face)
        return tracker.learn(_frame(0), look, found)

    assert not learn(1000, 0.6, False)  # not taken up below the threshold
    assert learn(1000, 0.99, True) and learn(500, 0.9, True)
    assert learn(900, 0.6, False)  # a blurred frame of one that is followed
    assert not any(learn(1000, 0.1, False) for _ in range(3))
    assert tracker.look(_frame(1)) == []


def test_a_wrong_track_is_given_up_for_a_real_face() -> None:
    world = World(Square(300, 200, 120))
    for _ in range(10):
        world.step()
    # The network keeps finding something at the old place, while the detector sees a face away.
    world.seen = [Square(500, 100, 90)]
    world.there.append(world.seen[0])
    numbers = [look.number for _ in range(200) for look in world.step()]
    assert numbers[0] == 0 and numbers[-1] == 1


def test_a_profile_that_the_detector_misses_is_kept() -> None:
    world = World(Square(300, 200, 120))
    world.step()
    world.seen = []
    assert all(len(world.step()) == 1 for _ in range(600))
    assert len(world.asked) > 3


def test_several_faces() -> None:
    world = World(Square(400, 200, 120), Square(150, 200, 100), Square(60, 60, 50), count=2)
    assert [look.number for look in world.step()] == [0, 1]
    world.there[1:] = []
    numbers = [[look.number for look in world.step()] for _ in range(6)]
    assert numbers[-1] == [0]
    world.there.append(Square(150, 300, 100))
    numbers = [[look.number for look in world.step()] for _ in range(60)]
    assert numbers[-1] == [0, 2]


def test_a_slow_detector_does_not_hold_up_the_stream() -> None:
    go = threading.Event()

    def slow(image: np.ndarray) -> list[Square]:
        assert go.wait(10)
        return [Square(300, 200, 120)]

    tracker = Tracker(Detector(False, slow))
    assert [tracker.look(_frame(index)) for index in range(50)] == [[]] * 50
    go.set()
    while not tracker.look(_frame(50)):
        pass
    assert [look.box for look in tracker.look(_frame(51))] == [Square(300, 200, 120)]
    tracker.close()


def test_an_error_of_the_detector_reaches_the_stream() -> None:
    def broken(image: np.ndarray) -> list[Square]:
        raise InputError("cascade is not installed")

    with pytest.raises(InputError, match="cascade"):
        Tracker(Detector(True, broken)).look(_frame(0))


def test_fixed_squares() -> None:
    (look,) = Everywhere().look(_frame(0))
    assert look.box == Square(319.5, 239.5, 640)
    assert Everywhere(Square(50, 50, 20)).look(_frame(0)) == [Look(0, Square(50, 50, 20))]
    with pytest.raises(InputError, match="does not fit"):
        Everywhere(Square(700, 50, 20)).look(_frame(0))
    boxes = Boxes([Square(1, 1, 9), Square(2, 2, 9)])
    assert [boxes.look(_frame(i))[0].box.x for i in range(3)] == [1, 2, 1]


@needs_cascade
def test_each_picture_by_itself() -> None:
    assert abs(EachPicture().look(_frame(0, drawn_face()))[0].box.x - 150) < 20
    with pytest.raises(InputError, match="frame 3: no face found"):
        EachPicture().look(_frame(3))


def test_which_networks_look_at_faces(tmp_path: Path) -> None:
    assert looks_at_faces(load_bundle(write_test_bundle(tmp_path / "a")))
    pose = write_test_bundle(tmp_path / "b", hourglass_net(landmarks=14))
    assert not looks_at_faces(load_bundle(pose))


_BUNDLE = build_root() / "face-tiny-Pynq-Z1" / "bundle"
_CLIPS = Path(os.environ.get("LANDMARK_DATA", "")) / "clips"


class Counts(Sink):
    def __init__(self) -> None:
        self.counts: list[int] = []

    def put(self, found: Found, picture: np.ndarray) -> None:
        self.counts.append(len(found.faces))


@needs_cascade
@pytest.mark.built
@pytest.mark.clips
def test_a_person_is_followed_through_a_real_clip() -> None:
    person = read_video(_CLIPS / "book.mkv")
    street = read_video(_CLIPS / "one-by-one-person-detection.mp4")[:480:8]
    empty = [cv2.resize(picture, (640, 480)) for picture in street]
    pictures = [*person, *empty, *(np.roll(picture, 150, axis=1) for picture in person)]
    counts = Counts()
    with open_backend("golden", load_bundle(_BUNDLE)) as backend:
        source = Pictures(pictures, [str(i) for i in range(len(pictures))], "clips")
        finder = Tracker(Detector(wait=True))
        Pipeline(backend, finder, [counts]).run(source, Stop(), len(pictures))
    first, away = len(person), len(person) + len(empty)
    assert min(counts.counts[:first]) == 1
    assert max(counts.counts[first:away]) == 0
    assert min(counts.counts[away + faces._LOOK_SOON :]) == 1
