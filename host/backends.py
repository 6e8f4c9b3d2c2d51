# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""What can run the network, behind one interface: images in, landmarks and scores out.

`with open_backend("rtl", bundle) as backend: backend.infer(images)`. Every backend gives the
same integers for the same bundle and images.
"""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from hls.errors import InputError
from hls.landmark_decode import decode
from hls.simulation import DeadlockError, Design, Run, SimulationError, build
from host.bundle import Bundle
from host.deadlock import explain
from host.golden import Golden

Note = Callable[[str], None]

_LATER = {
    "board": "it comes with the PYNQ overlay",
    "emulator": "it comes with the native CPU engine",
}
BACKENDS = ("golden", "rtl", *sorted(_LATER))


@dataclass(frozen=True)
class Result:
    """Landmarks int32 (N, K, 2), (x, y) in quarters of a heatmap pixel; scores int32 (N, K), the
    heatmaps' maxima; heatmaps int32 (N, H, W, K), None where the chip decodes them itself."""

    landmarks: np.ndarray
    scores: np.ndarray
    heatmaps: np.ndarray | None

    @classmethod
    def of_output(cls, bundle: Bundle, output: np.ndarray) -> Result:
        """From what the bundle's graph gives: heatmaps, or (N, 1, K, 3) x, y and score."""
        if bundle.decodes:
            return cls(output[:, 0, :, :2], output[:, 0, :, 2], None)
        return cls(*decode(output), output)


@dataclass(frozen=True)
class Statistics:
    """Frames so far and the seconds they took on this machine; cycles where hardware counts them.

    `cycles_per_frame` is the steady state between the ends of frames back to back, or the
    latency of a single frame.
    """

    frames: int = 0
    seconds: float = 0.0
    cycles_per_frame: float | None = None
    clock_mhz: float = 0.0

    def __str__(self) -> str:
        rate = self.frames / self.seconds if self.seconds else 0.0
        text = f"{self.frames} frames, {rate:.1f} frames/s on this machine"
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
            f"{text}; {self.cycles_per_frame:.0f} cycles a frame,"
            f" {chip:.0f} frames/s at {self.clock_mhz:g} MHz"
        )


class Backend(ABC):
    """One way to run the bundle's network; close it, or use it in a `with` statement."""

    name: ClassVar[str]

    def __init__(self, bundle: Bundle) -> None:
        self.bundle = bundle
        self.statistics = Statistics(clock_mhz=bundle.clock_mhz)

    def infer(self, images: np.ndarray) -> Result:
        """Images uint8 (N, H, W, C) -> landmarks, scores and, where there are any, heatmaps."""
        start = time.perf_counter()
        output, cycles = self._output(images)
        self.statistics = Statistics(
            self.statistics.frames + len(images),
            self.statistics.seconds + time.perf_counter() - start,
            cycles,
            self.bundle.clock_mhz,
        )
        return Result.of_output(self.bundle, output)

    @abstractmethod
    def _output(self, images: np.ndarray) -> tuple[np.ndarray, float | None]:
        """What the bundle's graph gives, and cycles a frame where they are counted."""

    def close(self) -> None:  # noqa: B027 - most backends hold nothing
        """Give back what the backend holds."""

    def __enter__(self) -> Backend:
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()


class GoldenBackend(Backend):
    """The golden model, numpy on this machine's CPU."""

    name = "golden"

    def __init__(self, bundle: Bundle) -> None:
        super().__init__(bundle)
        self._golden = Golden(bundle.graph)

    def _output(self, images: np.ndarray) -> tuple[np.ndarray, float | None]:
        return self._golden.run(images), None


class RtlBackend(Backend):
    """The bundle's RTL in Verilator, cycle by cycle; built at first and then cached."""

    name = "rtl"

    def __init__(self, bundle: Bundle, note: Note) -> None:
        super().__init__(bundle)
        self._note = note
        if not bundle.rtl_sources:
            raise InputError(f"{bundle.folder} holds no RTL: build the bundle again")
        note("building the RTL simulation; the first time takes a minute or two ...")
        self._simulator = build(design(bundle))

    def simulate(self, images: np.ndarray, **options: Any) -> Run:
        """Run images back to back; `options` are those of Simulator.run (stall, trace, ...).

        A deadlock is a SimulationError that names the FIFO.
        """
        self._note(f"simulating {len(images)} frames ...")
        options.setdefault("idle_limit", _idle_limit(self.bundle))
        try:
            return self._simulator.run([images.astype(np.int32)], **options)
        except DeadlockError as error:
            raise SimulationError(explain(self.bundle.joins, error.fifos)) from None

    def _output(self, images: np.ndarray) -> tuple[np.ndarray, float | None]:
        run = self.simulate(images)
        return run.outputs[0], cycles_per_frame(run)


def design(bundle: Bundle) -> Design:
    """The bundle's accelerator, as the simulation sees it."""
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


def _idle_limit(bundle: Bundle) -> int:
    """Cycles without input or output after which nothing will come any more.

    A frame stays inside for several frame times, because its skips wait for the lowest level.
    """
    return max(100_000, 20 * int(bundle.manifest.get("predicted", {}).get("cycles", 0)))


def open_backend(name: str, bundle: Bundle, note: Note = lambda text: None) -> Backend:
    """The backend called `name`; `note` gets a line where something takes long."""
    if name == "golden":
        return GoldenBackend(bundle)
    if name == "rtl":
        return RtlBackend(bundle, note)
    if name in _LATER:
        raise InputError(f"backend {name} is not there yet: {_LATER[name]}; use golden or rtl")
    raise InputError(f"unknown backend {name!r}; there are {', '.join(BACKENDS)}")
