# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""The backend `emulator`: the network by code compiled for this CPU, landmarks and all."""

from __future__ import annotations

import numpy as np

from hls.common.progress import Note
from host.api.base import Backend, Result
from host.bundle.bundle import Bundle
from host.emulator.engine import Emulator
from host.emulator.library import native


class EmulatorBackend(Backend):
    """The emulator on `threads` threads; without a C++ compiler a SimulationError."""

    name = "emulator"

    def __init__(self, bundle: Bundle, note: Note, threads: int = 1) -> None:
        self._emulator = Emulator(bundle.graph, bundle.decoder, threads, native(note))
        # No frames make the plan, so that the first ones need not wait for it.
        self._emulator.decode(np.zeros((0, *bundle.input.tensor.shape), np.uint8))
        super().__init__(bundle)

    def _run(self, images: np.ndarray, heatmaps: bool) -> Result:
        found, maps = self._emulator.decode(images, heatmaps)
        return Result(found[:, 0, :, :2], found[:, 0, :, 2], maps, self.bundle.confidence)
