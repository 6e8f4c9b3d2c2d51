# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""The checks of the self-test: each gives a line and figures, or fails with a remedy."""

from __future__ import annotations

import os
import platform
import time
from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import cached_property
from importlib import metadata
from pathlib import Path

import cv2
import numpy as np

from hls.common.progress import Note
from host.api.base import Backend, Result
from host.api.difference import Difference, first_difference
from host.backends import open_backend
from host.bundle.bundle import Bundle, load_bundle
from host.golden.model import Golden
from host.pictures.face_box import check_box, crop, find_box
from host.pictures.image_files import read_image
from host.selftest.memory import GROWTH_MIB, resident_mib

_SEED = 1

_WRONG_ON_BOARD = (
    "switch the board off and on and deploy the bundle again; if it stays, the bitstream is not"
    " this bundle's or misses its timing (vivado/ of the build has the reports)"
)
_WRONG_ELSEWHERE = "an error of this program: please send us the output of --json"


class CheckError(Exception):
    """A check failed; `remedy` says what to do."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message)
        self.remedy = remedy


@dataclass(frozen=True)
class Finding:
    """What a check found: one line and its figures by name; `done` is false where there was
    nothing to check."""

    text: str
    figures: Mapping[str, float] = field(default_factory=dict)
    done: bool = True


@dataclass
class Session:
    """What the checks share: `frames` random images with golden's results, and the open backend."""

    folder: Path
    name: str
    frames: int
    seconds: float
    picture: Path | None
    note: Note

    @cached_property
    def bundle(self) -> Bundle:
        """The checked bundle."""
        return load_bundle(self.folder)

    @cached_property
    def backend(self) -> Backend:
        """The backend under test, opened at first use and after `close`."""
        return open_backend(self.name, self.bundle, self.note)

    def close(self) -> None:
        """Close the backend, if it is open."""
        if "backend" in self.__dict__:
            self.__dict__.pop("backend").close()

    @cached_property
    def vectors(self) -> tuple[np.ndarray, Result]:
        """Images uint8 (N, H, W, C), noise but for the first three, and what golden gives."""
        shape = (self.frames, *self.bundle.input.tensor.shape)
        images = np.random.default_rng(_SEED).integers(0, 256, shape, np.uint8)
        images[0], images[1:2] = 0, 255
        images[2:3, ::2, ::2] = 255
        self.note(f"golden computes {self.frames} frames ...")
        golden = Golden(self.bundle.graph).run(images)
        return images, Result.of_output(self.bundle, golden)

    def compare(self, found: Result, chosen: np.ndarray) -> None:
        """Raise CheckError unless `found` is golden's result of the chosen vectors."""
        expected = self.vectors[1]
        maps = expected.heatmaps
        part = Result(
            expected.landmarks[chosen],
            expected.scores[chosen],
            None if maps is None else maps[chosen],
        )
        self.accept(first_difference(found, part))

    def accept(self, difference: Difference | None) -> None:
        """Raise CheckError if there is a difference from golden."""
        if difference:
            on_board = self.name == "board"
            raise CheckError(str(difference), _WRONG_ON_BOARD if on_board else _WRONG_ELSEWHERE)


def check_bundle(session: Session) -> Finding:
    """Every file is there and has its checksum."""
    bundle = session.bundle
    height, width, channels = bundle.input.tensor.shape
    return Finding(
        f"{bundle.name}: {len(bundle.manifest.checksums)} files whole,"
        f" {height}x{width}x{channels} in, {bundle.landmarks} landmarks out"
    )


def check_system(session: Session) -> Finding:
    """What runs here; whether that suffices, opening the backend tells."""
    try:
        pynq = metadata.version("pynq")
    except metadata.PackageNotFoundError:
        pynq = "none"
    return Finding(
        f"{platform.machine()}, {os.cpu_count()} CPUs, Python {platform.python_version()},"
        f" numpy {np.__version__}, OpenCV {cv2.__version__}, pynq {pynq}"
    )


def check_open(session: Session) -> Finding:
    """The backend opens: on a board, its preflight checks and the download of the bitstream."""
    start = time.perf_counter()
    name = session.backend.name
    seconds = time.perf_counter() - start
    return Finding(f"{name} opened in {seconds:.2f} s", {"seconds": seconds})


def check_vectors(session: Session) -> Finding:
    """Black, white, a grid and noise give golden's integers, heatmaps included."""
    images, _ = session.vectors
    session.compare(session.backend.infer(images, heatmaps=True), np.arange(len(images)))
    itself = " (itself: this proves the installation only)" if session.name == "golden" else ""
    return Finding(f"{len(images)} frames equal golden{itself}", {"frames": len(images)})


def check_picture(session: Session) -> Finding:
    """The network sees the face, or person, in a real picture as golden does."""
    if session.picture is None:
        return Finding("no picture was given (--image FILE)", done=False)
    image, bundle = read_image(session.picture), session.bundle
    box = find_box(image, bundle.landmarks)
    check_box(box, image)
    crops = crop(image, box.scaled(bundle.crop_scale), bundle.input.tensor.width)[None]
    found = session.backend.infer(crops, heatmaps=True)
    expected = Result.of_output(bundle, Golden(bundle.graph).run(crops))
    session.accept(first_difference(found, expected))
    return Finding(
        f"{session.picture.name} equals golden, {bundle.landmarks} landmarks in a box of"
        f" {box.side:.0f} pixels round ({box.x:.0f}, {box.y:.0f})"
    )


def check_speed(session: Session) -> Finding:
    """Single frames one after the other, then as many as the backend takes at once."""
    images, backend = session.vectors[0], session.backend
    delays: list[float] = []
    stop = time.perf_counter() + session.seconds / 2
    while not delays or time.perf_counter() < stop:
        start = time.perf_counter()
        backend.infer(images[len(delays) % len(images)][None])
        delays.append(1e3 * (time.perf_counter() - start))
    start = time.perf_counter()
    frames = _back_to_back(session, session.seconds / 2)
    rate = frames / (time.perf_counter() - start)
    middle, worst = (float(delay) for delay in np.percentile(delays, (50, 99)))
    text = (
        f"{rate:.1f} frames/s; latency p50 {middle:.2f} ms, p99 {worst:.2f} ms of"
        f" {len(delays)} single frames"
    )
    figures = {"frames_per_second": rate, "p50_ms": middle, "p99_ms": worst}
    cycles = backend.statistics.cycles_per_frame
    if cycles is not None:
        text += f"; {cycles:.0f} cycles per frame"
        figures["cycles_per_frame"] = cycles
    return Finding(text, figures)


def _back_to_back(session: Session, seconds: float) -> int:
    """Frames done in about `seconds`, with the backend's queue always full; compared."""
    images, backend, count = session.vectors[0], session.backend, 0
    stop, chosen = time.perf_counter() + seconds, np.arange(len(images))
    jobs: deque[Future[Result]] = deque()
    while count == 0 or time.perf_counter() < stop:
        # This waits while the queue is full.
        jobs.append(backend.submit(images))
        count += len(images)
        if len(jobs) > backend.IN_FLIGHT:
            session.compare(jobs.popleft().result(), chosen)
    for job in jobs:
        session.compare(job.result(), chosen)
    return count


def check_bursts(session: Session) -> Finding:
    """Single frames, batches and bursts with pauses between them: right and in order."""
    rng = np.random.default_rng(_SEED)
    images = session.vectors[0]
    jobs, frames = [], 0
    for _ in range(12):
        for _ in range(rng.integers(1, 2 * session.backend.IN_FLIGHT)):
            chosen = rng.integers(0, len(images), rng.choice([1, 1, 2, 3]))
            jobs.append((session.backend.submit(images[chosen]), chosen))
            frames += len(chosen)
        time.sleep(rng.choice([0, 0.001, 0.02, 0.1]))
    for job, chosen in jobs:
        session.compare(job.result(), chosen)
    return Finding(
        f"{frames} frames in {len(jobs)} irregular submissions right and in order",
        {"frames": frames},
    )


def check_reopening(session: Session) -> Finding:
    """Closed in the middle and opened again, twice, it works as before."""
    images, few = session.vectors[0], np.arange(min(4, session.frames))
    for _ in range(2):
        last = session.backend.submit(images[few])
        session.close()
        session.compare(last.result(), few)
        session.compare(session.backend.infer(images[few]), few)
    return Finding("closed while at work and opened again, twice: no frame lost or wrong")


def check_memory(session: Session) -> Finding:
    """Resident memory stays where it is after the first frames."""
    _back_to_back(session, 0)
    before = resident_mib()
    frames = _back_to_back(session, session.seconds)
    growth = resident_mib() - before
    text = f"{growth:+.1f} MiB of {before:.0f} after {frames} frames"
    if growth > GROWTH_MIB:
        raise CheckError(
            f"memory grew: {text}",
            "run again with more --seconds; if it grows on, send us the output of --json",
        )
    return Finding(text, {"growth_mib": growth, "resident_mib": before})


CHECKS: dict[str, Callable[[Session], Finding]] = {
    "bundle": check_bundle,
    "system": check_system,
    "open": check_open,
    "vectors": check_vectors,
    "picture": check_picture,
    "speed": check_speed,
    "stalls": check_bursts,
    "reopening": check_reopening,
    "memory": check_memory,
}
