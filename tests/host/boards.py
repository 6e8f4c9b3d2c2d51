# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Simulated boards for tests: small bundles with a handoff, accelerators that fail on demand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from bitstream_flow.artifacts.handoff import Design, write_expected
from bitstream_flow.generate.rtl import generate
from bitstream_flow.plan.converters import absorb_borders, insert_converters
from hls.graph.chip import Chip
from hls.graph.graph import Graph
from hls.operators.fifo import Fifo
from hls.simulate.rtl_process import Advance
from hls.streams.encoding import axis_bytes
from host.board.backend import DmaBackend
from host.board.session import Pace
from host.bundle.bundle import Bundle, load_bundle
from host.bundle.manifest import EXPECTED
from host.bundle.seal import HANDOFF
from host.golden.model import Golden
from host.simulated.accelerator import Accelerator
from host.simulated.backend import architecture, stage_overlay
from tests.host.golden_chip import GoldenAccelerator
from tests.networks import hourglass_net, write_test_bundle

PARTS = {"armv7l": "xc7z020clg400-1", "aarch64": "xczu3eg-sbva484-1-i"}
PROCESSORS = {"armv7l": ("processing_system7", 64), "aarch64": ("zynq_ultra_ps_e", 128)}


def write_handoff(path: Path, graph: Graph, arch: str = "armv7l", clock_mhz: float = 100.0) -> None:
    """The handoff of an overlay round a graph whose ends have one lane."""
    processor, memory_bits = PROCESSORS[arch]
    bits = [8 * axis_bytes(graph.tensors[name].bits) for name in (graph.input, graph.output)]
    write_expected(path, Design(processor, clock_mhz, memory_bits, *bits))


def board_bundle(
    folder: Path, graph: Graph | None = None, arch: str = "armv7l", **changes: Any
) -> Bundle:
    """A bundle of the small network with a handoff, for a board of that architecture."""
    graph = graph or hourglass_net()
    folder.mkdir(parents=True, exist_ok=True)
    write_handoff(folder / HANDOFF, graph, arch)
    manifest = {"part": PARTS[arch], "handoff": EXPECTED, **changes}
    return load_bundle(write_test_bundle(folder, graph, **manifest))


def rtl_bundle(folder: Path, **depths_of: int) -> Bundle:
    """The same with RTL; FIFOs hold a frame, those of nodes in `depths_of` (last input) less."""
    graph = hourglass_net(size=8, width=4, landmarks=3)
    wired = insert_converters(absorb_borders(graph))
    depths = {name: max(2, stream.beats) for name, stream in wired.streams.items()}
    depths |= {wired.joins[node][-1]: depth for node, depth in depths_of.items()}
    fifos = {
        name: Fifo(stream.tensor, lanes=stream.lanes, depth=depths[name])
        for name, stream in wired.streams.items()
    }
    generate(Chip(wired, fifos), folder / "rtl")
    return board_bundle(folder, graph, joins=wired.joins)


def images_for(bundle: Bundle, count: int, seed: int = 0) -> np.ndarray:
    """Noise that the bundle's network takes."""
    shape = (count, *bundle.input.tensor.shape)
    return np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)


@dataclass
class Script:
    """What goes wrong with which frame, counted from 1 over all restarts; once, or from then on."""

    faults: dict[int, str | Callable[[Any], None]] = field(default_factory=dict)
    for_ever: bool = False
    done: int = 0
    device: Any = None

    def take(self, kind: str = "") -> Any:
        """The fault of the frame that is leaving now, if it is of this kind."""
        fault = self.faults.get(self.done + 1)
        named = fault if isinstance(fault, str) else "memory" if fault else None
        if named != kind:
            return None
        return fault if self.for_ever else self.faults.pop(self.done + 1)

    def left(self) -> None:
        """A frame has left; one that stays broken goes on failing."""
        if not (self.for_ever and self.done + 1 in self.faults):
            self.done += 1


class Faulty:
    """An accelerator that a script lets fail."""

    def __init__(self, inner: Accelerator, script: Script) -> None:
        self._inner, self._script = inner, script
        self.beat_bytes = inner.beat_bytes
        self._stuck = False
        self._lost = 0

    def advance(self, beats: bytes, room: int, cycles: int) -> Advance:
        script = self._script
        if self._stuck:
            self._lost += cycles
            return Advance(0, b"", False, self._lost, 0)
        skip = 1 if beats and script.take("swallow") else 0
        step = self._inner.advance(beats[skip * self.beat_bytes :], room, cycles)
        self._lost = step.cycles
        output, last = step.output, step.last
        if output and script.take("stop"):
            self._stuck, output, last = True, b"", False
        elif output and script.take("early"):
            output, last = output[: len(output) // 8 * 4], True
        elif last and script.take("no-last"):
            script.left()
            last = False
        elif output and (act := script.take("memory")):
            act(script.device)
        if last:
            script.left()
        return Advance(step.taken + skip, output, last, step.cycles, step.first_taken)

    def stop(self) -> tuple[Any, ...]:
        return self._inner.stop()


def simulated_backend(
    bundle: Bundle,
    script: Script | None = None,
    make: Callable[[], Accelerator] | None = None,
    note: Callable[[str], None] = lambda _: None,
    attempts: int = 3,
) -> tuple[DmaBackend, Any]:
    """The board's backend on a simulated device, the golden model behind it unless `make` says."""
    from host.simulated.device import SimulatedDevice

    script = script or Script()
    golden = Golden(bundle.graph)
    inner = make or (lambda: GoldenAccelerator(bundle, golden))
    device = SimulatedDevice(architecture(bundle), lambda: Faulty(inner(), script))
    script.device = device
    pace = Pace(0.02, attempts, lambda: device.cycles / 1e8, device.advance)
    staged = bundle.folder.parent / "staged"
    staged.mkdir(exist_ok=True)
    bit = stage_overlay(bundle.folder / HANDOFF, staged)
    return DmaBackend(bundle, bit, device, pace, note), device
