# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""The bundle's RTL in Verilator, images back to back: cycles, latency, traces, deadlocks by name.

The equality gate and the benchmarks use it where pynq is not installed; the backend `rtl` runs the
same program as a live accelerator behind pynq's code.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from hls.common.errors import InputError
from hls.common.progress import Note
from hls.simulate.deadlock import explain
from hls.simulate.rtl import DeadlockError, Design, Run, SimulationError, build
from host.bundle.bundle import Bundle


class RtlSimulation:
    """The bundle's RTL, built at first and then cached."""

    def __init__(self, bundle: Bundle, note: Note) -> None:
        self.bundle = bundle
        self._note = note
        self._simulator = build(design(bundle), note=note)

    def simulate(self, images: np.ndarray, **options: Any) -> Run:
        """Run images back to back; `options` are those of Simulator.run (stall, trace, ...).

        A deadlock is a SimulationError that names the FIFO.
        """
        self._note(f"simulating {len(images)} frames ...")
        options.setdefault("idle_limit", idle_limit(self.bundle))
        try:
            return self._simulator.run([images.astype(np.int32)], **options)
        except DeadlockError as error:
            raise SimulationError(explain(self.bundle.joins, error.fifos)) from None


def design(bundle: Bundle) -> Design:
    """The bundle's accelerator, as the simulation sees it; a bundle without RTL: InputError."""
    if not bundle.rtl_sources:
        raise InputError(f"{bundle.folder} holds no RTL: build the bundle again")
    return Design(
        top="accelerator",
        parameters={},
        sources=bundle.rtl_sources,
        inputs=(bundle.input,),
        outputs=(bundle.output,),
        axis=True,
        data_files=bundle.rtl_memories,
    )


def latency(run: Run) -> int:
    """Cycles from the first frame's first input beat to its last output beat, both counted."""
    return int(run.frame_ends[0] - run.frame_starts[0] + 1)


def cycles_per_frame(run: Run) -> float:
    """Mean cycles between the ends of frames back to back; a single frame has its latency."""
    ends = run.frame_ends
    if len(ends) == 1:
        return float(latency(run))
    return (ends[-1] - ends[0]) / (len(ends) - 1)


def idle_limit(bundle: Bundle) -> int:
    """Cycles without input or output after which nothing will come any more.

    A frame stays inside for several frame times, because its skips wait for the lowest level.
    """
    return max(100_000, 20 * bundle.predicted_cycles)
