# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""What every backend is: images in, landmarks and scores out, in the order of submission."""

from __future__ import annotations

import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np

from hls.common.errors import InputError
from hls.streams.confidence import Confidence
from hls.streams.landmarks import decode
from host.bundle.bundle import Bundle


class BackendError(InputError):
    """What runs the network failed or hangs; the message names the remedy in one line."""


@dataclass(frozen=True)
class Result:
    """Landmarks int32 (N, K, 2), (x, y) in 1/STEPS of a heatmap's cell; scores int32 (N, K), the
    heatmaps' maxima; heatmaps int32 (N, H, W, K) where they were asked for and leave the chip.

    `confidence` turns scores into probabilities, where the network was calibrated.
    """

    landmarks: np.ndarray
    scores: np.ndarray
    heatmaps: np.ndarray | None = None
    confidence: Confidence | None = None

    @classmethod
    def of_output(cls, bundle: Bundle, output: np.ndarray, heatmaps: bool = True) -> Result:
        """From what the bundle's graph gives: heatmaps, or (N, 1, K, 3) x, y and score."""
        if bundle.decodes:
            found, maps = (output[:, 0, :, :2], output[:, 0, :, 2]), None
        else:
            found, maps = decode(output, bundle.decoder), output if heatmaps else None
        return cls(*found, maps, bundle.confidence)

    @property
    def confidences(self) -> np.ndarray | None:
        """How likely each landmark is right, float64 (N, K) from 0 to 1."""
        return None if self.confidence is None else self.confidence.of_landmarks(self.scores)

    @property
    def face_confidences(self) -> np.ndarray | None:
        """How likely each image shows a face, float64 (N,) from 0 to 1."""
        return None if self.confidence is None else self.confidence.of_faces(self.scores)


@dataclass(frozen=True)
class Statistics:
    """Frames so far and the seconds that a backend was at work on them, on this machine.

    `cycles_per_frame`, where hardware counts them, is the steady state between the ends of
    frames back to back, or the latency of a single frame.
    """

    frames: int = 0
    seconds: float = 0.0
    cycles_per_frame: float | None = None
    clock_mhz: float = 0.0

    @property
    def frames_per_second(self) -> float:
        """Frames a second of work; 0 before the first."""
        return self.frames / self.seconds if self.seconds else 0.0

    def __str__(self) -> str:
        text = f"{self.frames} frames, {self.frames_per_second:.1f} frames/s on this machine"
        if self.cycles_per_frame is None:
            return text
        if self.frames == 1:
            delay = self.cycles_per_frame / self.clock_mhz
            return (
                f"{text}; latency {self.cycles_per_frame:.0f} cycles,"
                f" {delay:.0f} us at {self.clock_mhz:g} MHz"
            )
        chip = self.clock_mhz * 1e6 / self.cycles_per_frame
        return (
            f"{text}; {self.cycles_per_frame:.0f} cycles per frame,"
            f" {chip:.0f} frames/s at {self.clock_mhz:g} MHz"
        )


class Backend(ABC):
    """One way to run the bundle's network; close it, or use it in a `with` statement.

    One thread does the work, so that the caller can prepare the next images meanwhile; at most
    IN_FLIGHT submissions wait or run, then `submit` waits too.
    """

    name: ClassVar[str]
    IN_FLIGHT = 3

    def __init__(self, bundle: Bundle) -> None:
        self.bundle = bundle
        self.statistics = Statistics(clock_mhz=bundle.clock_mhz)
        self._worker = ThreadPoolExecutor(1, thread_name_prefix=f"{self.name}-backend")
        self._room = threading.BoundedSemaphore(self.IN_FLIGHT)

    def submit(self, images: np.ndarray, heatmaps: bool = False) -> Future[Result]:
        """Queue images uint8 (N, H, W, C); the future's result comes in the order of calls.

        `heatmaps` asks for them beside landmarks and scores. The images must not change before
        the result is there.
        """
        self._check(images)
        self._room.acquire()
        try:
            job = self._enqueue(images, heatmaps)
        except BaseException:
            self._room.release()
            raise
        job.add_done_callback(lambda _: self._room.release())
        return job

    def _enqueue(self, images: np.ndarray, heatmaps: bool) -> Future[Result]:
        return self._worker.submit(self._timed, images, heatmaps)

    @property
    def stages(self) -> Mapping[str, Sequence[float]]:
        """Seconds of the last frames in each part of the backend, where it tells them apart."""
        return {}

    def infer(self, images: np.ndarray, heatmaps: bool = False) -> Result:
        """The same at once: landmarks, scores and, if asked for, heatmaps."""
        return self.submit(images, heatmaps).result()

    def _check(self, images: np.ndarray) -> None:
        """Raise InputError unless the images are what the network takes."""
        shape = self.bundle.input.tensor.shape
        if images.dtype != np.uint8 or images.shape[1:] != shape:
            raise InputError(
                f"the network takes uint8 images of {shape}, got {images.dtype} of"
                f" {images.shape[1:]}"
            )

    def _timed(self, images: np.ndarray, heatmaps: bool) -> Result:
        start = time.perf_counter()
        result = self._run(images, heatmaps)
        self._count(len(images), time.perf_counter() - start)
        return result

    def _count(self, frames: int, seconds: float, cycles: float | None = None) -> None:
        """Add to the statistics; `cycles` a frame as measured last."""
        now = self.statistics
        self.statistics = replace(
            now,
            frames=now.frames + frames,
            seconds=now.seconds + seconds,
            cycles_per_frame=now.cycles_per_frame if cycles is None else cycles,
        )

    @abstractmethod
    def _run(self, images: np.ndarray, heatmaps: bool) -> Result:
        """Images (N, H, W, C), checked, to results; called in the backend's own thread."""

    def close(self) -> None:
        """Finish what was submitted and give back what the backend holds."""
        self._worker.shutdown()

    def __enter__(self) -> Backend:
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()
