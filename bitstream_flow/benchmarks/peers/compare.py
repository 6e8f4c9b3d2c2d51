# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""The comparison: squares chosen and styles fitted on training faces, errors on test faces, and
the time per face, all taking turns. What a contestant found on a data set is kept."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bitstream_flow.benchmarks.peers.contestants import Contestant, Peer, PeerContestant
from bitstream_flow.benchmarks.peers.fit import Style, best, fitted
from bitstream_flow.benchmarks.peers.results import Score
from bitstream_flow.benchmarks.peers.squares import (
    Square,
    in_pictures,
    jittered,
    labels_in_box,
    norms_in_box,
)
from bitstream_flow.benchmarks.peers.worker import Worker
from hls.common.cache import cached, digest
from hls.common.folders import cache_root
from model.data.dataset import Dataset
from model.evaluation.metrics import distances
from model.evaluation.pictures import gallery
from model.evaluation.sets import NamedSet, known_set

TRAINING, TESTS = "wild68", ("helen68", "aflw2000-3d")
# How pictures show a face: this much of its box, in so many pixels.
_SHOWN, _PIXELS = Square(0.75), 192


@dataclass(frozen=True)
class Faces:
    """Test faces by data set; jittered training faces, and those of them that choose squares."""

    tests: Sequence[tuple[NamedSet, Dataset]]
    training: Dataset
    tuning: Dataset

    @classmethod
    def load(cls, folder: Path | None, most: int, training: int, tuning: int) -> Faces:
        """At most `most`, `training` and `tuning` faces, spread over each data set."""
        tests = [(data, data.load(folder).spread(most)) for data in map(known_set, TESTS)]
        fit = jittered(known_set(TRAINING).load(folder, "train").spread(training))
        return cls(tests, fit, fit.spread(tuning))


def kept_points(contestant: Contestant, dataset: Dataset, what: str) -> np.ndarray:
    """A contestant's points (N, M, 2) in units of the boxes, from the cache if it has them."""
    arrays = (dataset.box, dataset.landmarks, dataset.images[0], dataset.images[len(dataset) - 1])
    key = digest(contestant.key, *(np.asarray(each).tobytes() for each in arrays))

    def make(_: Path, target: Path) -> None:
        with target.open("wb") as file:
            np.save(file, contestant.points(dataset, f"{contestant.name}: {what}"))

    return np.load(cached(cache_root() / "peers" / f"{key}.npy", make))


def suited(peer: Peer, worker: Worker, faces: Faces) -> PeerContestant:
    """The peer with the square that suits it best on training faces."""

    def run(square: Square) -> np.ndarray:
        what = f"{square.zoom:g} of the box, {square.down:+g}"
        return kept_points(PeerContestant(worker, square), faces.tuning, what)

    labels, norms = labels_in_box(faces.tuning), norms_in_box(faces.tuning)
    return PeerContestant(worker, best(peer.squares, run, labels, norms))


def style_of(contestant: Contestant, faces: Faces) -> Style:
    """What training faces say of its landmarks."""
    points = kept_points(contestant, faces.training, TRAINING)
    return fitted(points, labels_in_box(faces.training))


def scores_of(contestant: Contestant, faces: Faces) -> list[Score]:
    """Its errors on every data set."""
    style = style_of(contestant, faces)
    return [_score(contestant, style, *test) for test in faces.tests]


def _score(contestant: Contestant, style: Style, data: NamedSet, dataset: Dataset) -> Score:
    points = kept_points(contestant, dataset, data.name)

    def errors(corrected: bool) -> np.ndarray:
        found = in_pictures(style.landmarks(points, corrected=corrected), dataset)
        return distances(found, dataset.landmarks, dataset.visible, dataset.norm)

    lost = int(np.isnan(points).any(axis=(1, 2)).sum())
    return Score(data, errors(False), errors(True), lost, dataset.subsets)


def picture_of(contestant: Contestant, faces: Faces, number: int, count: int = 24) -> np.ndarray:
    """What it finds (red) on some faces of a test set, beside the truth (green)."""
    data, dataset = faces.tests[number]
    found = style_of(contestant, faces).landmarks(kept_points(contestant, dataset, data.name))
    step = max(1, len(dataset) // count)
    places = range(0, len(dataset), step)[:count]
    images = [_SHOWN.picture(dataset.images[i], dataset.box[i], _PIXELS) for i in places]
    truth, seen = (
        [_SHOWN.in_picture(points[i], _PIXELS) for i in places]
        for points in (labels_in_box(dataset), found)
    )
    return gallery(images, truth, seen, [str(i) for i in places], columns=6)


def in_turns(contestants: Sequence[Contestant], dataset: Dataset) -> list[float]:
    """Median CPU seconds per face of each contestant; at every face each has its turn, and a first
    round warms up."""
    times: list[list[float]] = [[] for _ in contestants]
    for place in (0, *range(len(dataset))):
        image, box = dataset.images[place], dataset.box[place]
        for contestant, own in zip(contestants, times, strict=True):
            own.append(contestant.seconds(image, box))
    return [statistics.median(own[1:]) for own in times]
