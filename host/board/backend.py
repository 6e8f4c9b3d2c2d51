# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""The backend `board`: the bitstream on a PYNQ board, through pynq; what `rtl` shares with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import numpy as np

from hls.common.progress import Note
from host.api.base import Backend, BackendError, Result
from host.board.engine import Engine, Job
from host.board.lock import BoardLock
from host.board.preflight import Machine, check_board, check_machine, check_overlay, find_device
from host.board.session import Pace, Session
from host.bundle.bundle import Bundle
from host.golden.model import Golden

_TIMEOUT_S = 2.0
# A frame stays inside for several frame times.
_TIMEOUT_FRAMES = 20


class DmaBackend(Backend):
    """The bundle's accelerator at an AXI DMA of a pynq device; None is pynq's own."""

    name = "board"
    # A frame leaves only while later ones come in: single images need several under way.
    IN_FLIGHT = 8

    def __init__(self, bundle: Bundle, bit: Path, device: Any, pace: Pace, note: Note) -> None:
        super().__init__(bundle)
        session = Session(bundle, bit, device, pace)
        self._engine = Engine(session, pace, self._finish, note, self._diagnose)

    @property
    def stages(self) -> Mapping[str, Sequence[float]]:
        """Seconds of each frame in `pack`, `hardware` (sending and waiting included), `unpack`."""
        return self._engine.stages

    def self_test(self) -> None:
        """Two frames of noise must come back as golden has them, or the device is of no use.

        Tells another network's bitstream, an input cache that is not written back and a clock
        that the logic is too slow for.
        """
        shape = (2, *self.bundle.input.tensor.shape)
        images = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
        found = self.infer(images)
        wanted = Result.of_output(self.bundle, Golden(self.bundle.graph).run(images))
        for got, right in ((found.landmarks, wanted.landmarks), (found.scores, wanted.scores)):
            if not np.array_equal(got, right):
                raise BackendError(
                    "the device does not compute this bundle's network: bring the overlay.bit that"
                    " was made with it, or build both again with a slower clock"
                )

    def _enqueue(self, images: np.ndarray, heatmaps: bool) -> Future[Result]:
        job = Job(images, heatmaps)
        self._engine.submit(job)
        return job.future

    def _run(self, images: np.ndarray, heatmaps: bool) -> Result:
        return self._enqueue(images, heatmaps).result()

    def _finish(self, job: Job, seconds: float) -> Result:
        self._count(len(job.outputs), seconds, self._cycles(len(job.outputs)))
        output = np.array(job.outputs, np.int32).reshape(-1, *self.bundle.output.tensor.shape)
        return Result.of_output(self.bundle, output, job.heatmaps)

    def _cycles(self, frames: int) -> float | None:
        """Cycles a frame of the last `frames`, where the device can tell."""
        return None

    def _diagnose(self, error: BackendError, times: int) -> BackendError:
        """What to say of a failure that came `times` times."""
        again = f", {times} times" if times > 1 else ""
        return BackendError(
            f"{error}{again}: switch the board off and on, or build the bundle again"
        )

    def close(self) -> None:
        """Finish what was submitted, stop the DMA and free its buffers."""
        try:
            self._engine.close()
        finally:
            super().close()


class BoardBackend(DmaBackend):
    """On the board that this runs on, once everything about it has been checked."""

    def __init__(self, bundle: Bundle, note: Note) -> None:
        machine = Machine.here()
        check_machine(machine)
        check_board(bundle, machine)
        bit = check_overlay(bundle)
        self._lock = BoardLock()
        try:
            super().__init__(bundle, bit, find_device(), board_pace(bundle), note)
            self._open_tested()
        except BaseException:
            self._lock.release()
            raise

    def _open_tested(self) -> None:
        try:
            self.self_test()
        except BaseException:
            super().close()
            raise

    def close(self) -> None:
        """Let others have the board."""
        try:
            super().close()
        finally:
            self._lock.release()


def board_pace(bundle: Bundle) -> Pace:
    """How long to wait for hardware."""
    seconds = _TIMEOUT_FRAMES * bundle.predicted_cycles / (bundle.clock_mhz * 1e6)
    return Pace(timeout_s=max(_TIMEOUT_S, seconds))
