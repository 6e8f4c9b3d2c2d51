# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Who is compared: our networks by the emulator, and the peers by their processes."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from tqdm import tqdm

from bitstream_flow.benchmarks.peers.squares import Square
from bitstream_flow.benchmarks.peers.worker import Worker
from hls.common.cache import code_of, digest
from hls.common.errors import InputError
from hls.common.folders import ROOT
from hls.graph.decoder import heatmap_graph
from hls.streams.views import combined, first_views
from host.bundle.bundle import Bundle
from host.bundle.seal import MANIFEST
from host.emulator import Emulator
from model.config import Config
from model.data.dataset import Dataset
from model.data.geometry import cut, square_to_input
from model.evaluation.crops import views_of
from model.evaluation.metrics import found_points

ENVIRONMENT = ROOT / ".venv-peers"
SIDES = Path(__file__).parent / "sides"


class Contestant(Protocol):
    """Finds points in squares; `name` is its row's, `views` its inferences per face, and `key`
    says all that its points depend on beside the data."""

    name: str
    views: int
    key: str

    def points(self, dataset: Dataset, what: str) -> np.ndarray:
        """Points (N, M, 2) in units of the boxes, NaN where no face was found."""

    def seconds(self, image: np.ndarray, box: np.ndarray) -> float:
        """CPU time from the cut square to the points."""


class Network:
    """A bundle's network on the emulator, one thread; `config` is the one it was built from."""

    def __init__(self, bundle: Bundle, config: Config, views: int = 1) -> None:
        if bundle.crop_scale != config.data.crop:
            raise InputError(
                f"{bundle.folder} sees {bundle.crop_scale} of a box, {config.name} has"
                f" {config.data.crop}: run make bitstream CONFIG={config.name} again"
            )
        self.name = f"{config.name}, {views} views" if views > 1 else config.name
        self.views = views
        code = code_of("model.evaluation.crops")
        self.key = digest("network", bundle.folder / MANIFEST, views, *code)
        self._config, self._decoder = config, bundle.decoder
        self._emulator = Emulator(bundle.graph, bundle.decoder)
        self._maps = Emulator(heatmap_graph(bundle.graph))
        self._square = Square(bundle.crop_scale)

    def points(self, dataset: Dataset, what: str) -> np.ndarray:
        """As `model.evaluate` finds them."""
        found, scores = views_of(
            self._maps.run, self._decoder, dataset, self._config, self.views, name=what
        )
        size = self._config.network.input_size
        return self._square.in_box(combined(found, scores, size), size)

    def seconds(self, image: np.ndarray, box: np.ndarray) -> float:
        """One inference after the other."""
        size, views = self._config.network.input_size, first_views(self.views)
        matrix = square_to_input(box * [1, 1, self._square.zoom], size)
        inputs = [cut(image, view.behind(matrix, size), size)[None] for view in views]
        start = time.process_time()
        found = [self._emulator.decode(each)[0][:, 0] for each in inputs]
        points = [
            view.back(found_points(each[..., :2]), size)
            for view, each in zip(views, found, strict=True)
        ]
        combined(np.stack(points), np.stack([each[..., 2] for each in found]), size)
        return time.process_time() - start


@dataclass(frozen=True)
class Peer:
    """A peer: its process, the side of its pictures in pixels, and squares that may suit it."""

    name: str
    command: tuple[str, ...]
    side: int
    zooms: tuple[float, ...]
    downs: tuple[float, ...] = (0.0,)

    @property
    def squares(self) -> Iterator[Square]:
        """Every square to choose from."""
        return itertools.starmap(Square, itertools.product(self.zooms, self.downs))

    def start(self, logs: Path) -> Worker:
        """Its process; InputError in one line where a piece is missing."""
        log = logs / f"{self.name.replace(' ', '-').replace(',', '')}.log"
        return Worker(self.name, list(self.command), self.side, log)


def _python(side: str, pixels: int, mode: str) -> tuple[str, ...]:
    module = f"{__package__}.sides.{side}"
    return (str(ENVIRONMENT / "bin" / "python"), "-m", module, str(pixels), mode)


# Where a peer is given the box, it takes the middle half of its picture for it: around it there is
# room for points outside.
PEERS = (
    Peer(
        "dlib, given the box", _python("dlib_side", 384, "box"), 384,
        (0.9, 1.0, 1.1, 1.2), (-0.1, -0.05, 0.0),
    ),
    Peer(
        "dlib, own detector", _python("dlib_side", 256, "detector"), 256,
        (0.8, 1.0, 1.2), (-0.05,),
    ),
    Peer(
        "MediaPipe, given the box", _python("mediapipe_side", 384, "box"), 384,
        (1.3, 1.5, 1.7, 1.9),
    ),
    Peer(
        "MediaPipe, own detector", _python("mediapipe_side", 256, "detector"), 256,
        (0.8, 1.0, 1.3, 1.6),
    ),
    Peer(
        "face-api.js, given the box",
        ("node", str(SIDES / "face_api.mjs"), "112", str(ENVIRONMENT)), 112,
        (0.55, 0.65, 0.75), (-0.1, -0.05, 0.0),
    ),
)  # fmt: skip


class PeerContestant:
    """A peer that looks at one square of each box."""

    views = 1

    def __init__(self, worker: Worker, square: Square) -> None:
        self.name, self._worker, self.square = worker.name, worker, square
        sides = sorted(path for path in SIDES.iterdir() if path.is_file())
        code = [*code_of(Square.__module__), *sides]
        self.key = digest("peer", worker.name, worker.version, worker.side, square, *code)

    @property
    def note(self) -> str:
        """What it is and what it sees."""
        worker, square = self._worker, self.square
        lower = f", {square.down:+g} of the box lower" if square.down else ""
        return (
            f"{self.name}: {worker.version}; its picture is {square.zoom:g} times the box{lower},"
            f" {worker.side} pixels a side."
        )

    def points(self, dataset: Dataset, what: str) -> np.ndarray:
        """Face by face."""
        pairs = zip(dataset.images, dataset.box, strict=True)
        shown = tqdm(pairs, what, len(dataset), unit="face", disable=None)
        found = np.stack([self._look(image, box)[0] for image, box in shown])
        return self.square.in_box(found, self._worker.side).astype(np.float32)

    def seconds(self, image: np.ndarray, box: np.ndarray) -> float:
        """As its process measures."""
        return self._look(image, box)[1]

    def _look(self, image: np.ndarray, box: np.ndarray) -> tuple[np.ndarray, float]:
        return self._worker.find(self.square.picture(image, box, self._worker.side))
