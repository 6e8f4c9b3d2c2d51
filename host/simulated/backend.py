# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""The backend `rtl`: the board's own code on a simulated device that runs the Verilated RTL."""

from __future__ import annotations

import tempfile
from functools import partial
from pathlib import Path

from hls.common.errors import InputError
from hls.common.progress import Note
from hls.simulate.deadlock import explain
from hls.simulate.rtl import build
from host.api.base import BackendError
from host.board.backend import DmaBackend
from host.board.handoff import check_handoff
from host.board.preflight import pynq_version
from host.board.session import HangError, Pace
from host.bundle.bundle import Bundle
from host.bundle.seal import BIT, HANDOFF
from host.simulated.accelerator import verilated
from host.simulated.offline import design, idle_limit


class RtlBackend(DmaBackend):
    """Time passes in cycles of the logic: a hang is one after as many of them, on any computer."""

    name = "rtl"

    def __init__(self, bundle: Bundle, note: Note) -> None:
        wanted = design(bundle)
        handoff = check_simulation(bundle)
        program = build(wanted, note=note)
        from host.simulated.device import SimulatedDevice

        self._device = SimulatedDevice(architecture(bundle), partial(verilated, program))
        clock_hz = bundle.clock_mhz * 1e6
        pace = Pace(
            timeout_s=idle_limit(bundle) / clock_hz,
            # What hangs once hangs again: a simulation has no bad days.
            attempts=1,
            now=lambda: self._device.cycles / clock_hz,
            pause=self._device.advance,
        )
        try:
            with tempfile.TemporaryDirectory(prefix="overlay-") as folder:
                bit = stage_overlay(handoff, Path(folder))
                super().__init__(bundle, bit, self._device, pace, note)
        except BaseException:
            self._device.release()
            raise
        note("simulating every cycle of the RTL ...")

    def _cycles(self, frames: int) -> float | None:
        dma = self._device.dma
        if self.statistics.frames + frames == 1:
            return float(dma.ends[-1] - dma.starts[-1])
        if len(dma.ends) < 2:
            return None
        ends = dma.ends[-max(frames, 2) :]
        return (ends[-1] - ends[0]) / (len(ends) - 1)

    def _diagnose(self, error: BackendError, times: int) -> BackendError:
        if not isinstance(error, HangError):
            return error
        return BackendError(explain(self.bundle.joins, self._device.inspect()))

    def close(self) -> None:
        """End the simulation too."""
        try:
            super().close()
        finally:
            self._device.release()


def check_simulation(bundle: Bundle) -> Path:
    """The bundle's handoff; an InputError says what the simulation lacks."""
    if pynq_version() is None:
        raise InputError(
            "backend rtl runs pynq's code on a simulated board, and this Python has no pynq: use"
            " .venv-host/bin/python, of Python 3.11 or 3.12 (make host-side PYTHON=python3.12)"
        )
    handoff = bundle.folder / HANDOFF
    if not handoff.is_file():
        raise InputError(f"{bundle.folder} holds no {HANDOFF}: build the bundle again")
    check_handoff(handoff, bundle)
    return handoff


def architecture(bundle: Bundle) -> str:
    """The processor of the bundle's board, as pynq names it."""
    part = bundle.manifest.part
    return "armv7l" if part.startswith("xc7z") else "aarch64"


def stage_overlay(handoff: Path, folder: Path) -> Path:
    """A bitstream's place with the handoff beside it; the simulation reads nothing of the bits."""
    (folder / HANDOFF).write_bytes(handoff.read_bytes())
    (folder / BIT).write_bytes(b"")
    return folder / BIT
