# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""The equality gate: the same image through every implementation, the same integers out of each.

Brevitas (PyTorch) = QONNX = FINN's hardware graph = golden model = emulator = HLS C++ in C
simulation = RTL simulation. One line each; on a difference the first tensor, in the network's
order, and the first position that differ.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from bitstream_flow.artifacts.build import Build
from bitstream_flow.verify.landmarks import Tensors, with_landmarks
from hls.common.errors import InputError, run_command
from hls.graph.graph import Graph
from hls.streams.encoding import from_hex

Run = Callable[[np.ndarray], Tensors]
BATCH = 10


@dataclass(frozen=True)
class Difference:
    """The first place where two implementations disagree."""

    tensor: str
    position: tuple[int, ...]
    expected: int
    got: int

    def __str__(self) -> str:
        frame, y, x, channel = self.position
        place = f"frame {frame}, y {y}, x {x}, channel {channel}"
        return f"{self.tensor} at {place}: expected {self.expected}, got {self.got}"


@dataclass
class Line:
    """One implementation's account: frames, tensors and values compared, and what differed."""

    name: str
    frames: int = 0
    mismatched: int = 0
    tensors: set[str] = field(default_factory=set)
    first: Difference | None = None

    def add(self, expected: Tensors, got: Tensors) -> None:
        """Compare one batch; `expected` gives the order of the tensors."""
        common = [name for name in expected if name in got]
        if "heatmaps" not in common:
            raise InputError(f"{self.name} gives no heatmaps to compare")
        self.tensors.update(common)
        self.frames += len(expected["heatmaps"])
        wrong: set[int] = set()
        for name in common:
            where = np.argwhere(np.asarray(expected[name]) != np.asarray(got[name]))
            wrong.update(int(index[0]) for index in where)
            if len(where) and self.first is None:
                position = tuple(int(i) for i in where[0])
                self.first = Difference(
                    name, position, int(expected[name][position]), int(got[name][position])
                )
        self.mismatched += len(wrong)

    def __str__(self) -> str:
        text = f"{self.name:<9} {self.frames:>5} frames, {len(self.tensors):>3} tensors: "
        if self.first is None:
            return text + "0 mismatches"
        return text + f"{self.mismatched} mismatched frames, first {self.first}"


@dataclass
class Report:
    """All lines, and what the RTL simulation measured."""

    lines: list[Line]
    cycles: int
    latency: int
    # The most beats that each FIFO of the RTL held.
    fills: dict[str, int] = field(default_factory=dict)

    @property
    def equal(self) -> bool:
        """Whether nothing differed anywhere."""
        return all(line.first is None for line in self.lines)

    @property
    def verdict(self) -> str:
        """One line for the summary."""
        names = " = ".join(["Brevitas", *(line.name for line in self.lines)])
        return f"equal: {names}" if self.equal else "NOT EQUAL"

    def print(self) -> None:
        """One line an implementation."""
        for line in self.lines:
            print(line)
        print(self.verdict)

    def as_json(self) -> dict[str, Any]:
        """For check.json."""
        rtl = next(line for line in self.lines if line.name == "RTL")
        return {
            "verdict": self.verdict,
            "cycles": self.cycles,
            "latency": self.latency,
            "rtl_frames": rtl.frames,
            "lines": [str(line) for line in self.lines],
            "first": [asdict(line.first) for line in self.lines if line.first],
            "fifos": self.fills,
        }


def random_images(graph: Graph, count: int, seed: int = 0) -> np.ndarray:
    """Noise images (N, H, W, C) uint8; the first two are all 0 and all 255."""
    kind = graph.tensors[graph.input]
    images = np.random.default_rng(seed).integers(0, 256, (count, *kind.shape), dtype=np.uint8)
    images[:1], images[1:2] = 0, 255
    return images


def brevitas(build: Build) -> Run:
    """Every quantised tensor of the PyTorch model that was exported."""
    from model.checkpoint import load_network
    from model.trace import traced_forward

    return partial(traced_forward, load_network(build.config, build.exported_checkpoint))


def onnx(path: Path) -> Run:
    """Every named tensor of a QONNX file or of FINN's graph."""
    from qonnx.core.modelwrapper import ModelWrapper

    from bitstream_flow.frontend.execute import execute_named

    return partial(execute_named, ModelWrapper(str(path)))


def golden(bundle_folder: Path) -> Run:
    """Every tensor of the golden model, run from the bundle."""
    from host.bundle import load_bundle
    from host.golden import Golden

    model = Golden(load_bundle(bundle_folder).graph)
    return lambda images: model.run(images, keep=True)


def emulator(bundle_folder: Path) -> Run:
    """Every tensor of the emulator, node by node, but the output as it is without looking."""
    from host.bundle import load_bundle
    from host.emulator import Emulator

    model = Emulator(load_bundle(bundle_folder).graph)
    return lambda images: {
        **model.run(images, keep=True),
        model.graph.output: model.run(images),
    }


def rtl_tensors(
    bundle: Path, chip: Graph, images: np.ndarray, stall: float = 0.0
) -> tuple[Tensors, int, int, dict[str, int]]:
    """Every stream of the simulated RTL, cycles a frame, latency of the first, fill of FIFOs.

    Source and sink pause in a share `stall` of the cycles, at random.
    """
    from host.bundle import load_bundle
    from host.rtl_simulation import RtlSimulation, cycles_per_frame, latency

    def note(text: str) -> None:
        print(text, flush=True)

    with tempfile.TemporaryDirectory() as folder:
        run = RtlSimulation(load_bundle(bundle), note).simulate(
            images, trace=Path(folder), stall=stall
        )
        tensors = dict(_traces(chip, Path(folder), len(images)))
    tensors[chip.output] = run.outputs[0]
    fills = {fifo.name: fifo.max_fill for fifo in run.fifos}
    return tensors, int(np.ceil(cycles_per_frame(run))), latency(run), fills


def _traces(graph: Graph, folder: Path, frames: int) -> Iterator[tuple[str, np.ndarray]]:
    from hls.graph.edges import edges

    for edge in edges(graph):
        kind, path = edge.stream.tensor, folder / f"{edge.name}.hex"
        beats = from_hex(path.read_text(), edge.stream.lanes, kind.bits, kind.signed)
        # The input FIFO may have run ahead into a frame that was never finished.
        yield edge.name, edge.stream.unpack(beats[: frames * edge.stream.beats])


def hls_cpp(build: Build) -> Run:
    """Every stream of the chip's HLS C++ in C simulation."""
    from bitstream_flow.verify.hls_cpp import HlsCpp

    return HlsCpp(build.plan.chip, build.plan.fifos, partial(print, flush=True)).tensors


def compare(
    build: Build,
    images: np.ndarray,
    *,
    rtl_frames: int,
    more: np.ndarray | None = None,
    stall: float = 0.0,
) -> Report:
    """Run all implementations on `images` (N, H, W, C) uint8, RTL on the last `rtl_frames`.

    The RTL's source and sink pause in a share `stall` of the cycles.

    Emulator and HLS C++ run on `more` too, against golden alone: all take a fraction of QONNX's
    time.
    """
    from bitstream_flow.frontend.compile import FINN_GRAPH

    right = with_landmarks(brevitas(build), build.logical)
    runs = {
        "QONNX": onnx(build.qonnx),
        "FINN": onnx(build.folder / "frontend" / FINN_GRAPH),
        "golden": golden(build.bundle),
        "emulator": emulator(build.bundle),
    }
    lines = {name: Line(name) for name in runs}
    csim, streams = Line("HLS C++"), hls_cpp(build)
    for part in _batches(images, "compare"):
        expected = right(part)
        found = {name: run(part) for name, run in runs.items()}
        # Golden's tensors include PyTorch's and everything between them, in the same order.
        every = {**found["golden"], **expected}
        for name in runs:
            lines[name].add(every if name == "emulator" else expected, found[name])
        csim.add(every, streams(part))
    for part in _batches(images[:0] if more is None else more, "golden, emulator and HLS C++"):
        right_part = runs["golden"](part)
        lines["emulator"].add(right_part, runs["emulator"](part))
        csim.add(right_part, streams(part))
    chosen = images[len(images) - rtl_frames :]
    tensors, cycles, latency, fills = rtl_tensors(build.bundle, build.plan.chip, chosen, stall)
    rtl = Line("RTL")
    rtl.add({**runs["golden"](chosen), **right(chosen)}, tensors)
    return Report([*lines.values(), csim, rtl], cycles, latency, fills)


def _batches(images: np.ndarray, what: str) -> Iterator[np.ndarray]:
    for start in tqdm(range(0, len(images), BATCH), what, leave=False, disable=None):
        yield images[start : start + BATCH]


def real_images(config: str, data: Path, count: int) -> np.ndarray:
    """The first test crops of the configuration's data set, as the network sees them."""
    from model.config import load_config
    from model.evaluate import test_crops

    return test_crops(load_config(config), data).images[:count]


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(prog="python -m bitstream_flow.equality", description=__doc__)
    parser.add_argument("--config", default="face-tiny")
    parser.add_argument("--board", default="Pynq-Z1")
    parser.add_argument("--random", type=int, default=100, help="noise images")
    parser.add_argument("--real", type=int, default=20, help="photographs, where --data is given")
    parser.add_argument("--rtl", type=int, default=3, help="frames for the RTL simulation")
    parser.add_argument(
        "--stall", type=float, default=0.0, help="share of cycles in which RTL's ends pause"
    )
    parser.add_argument(
        "--csim", type=int, default=0, help="more noise, for golden = emulator = HLS C++"
    )
    parser.add_argument("--data", type=Path, help="folder with faces68.npz")
    args = parser.parse_args()
    build = Build.existing(args.config, args.board)
    images = random_images(build.logical, args.random)
    if args.data is not None:
        images = np.concatenate([images, real_images(args.config, args.data, args.real)])
    else:
        print(f"skipped: {args.real} photographs, for want of --data")
    more = random_images(build.logical, args.csim, seed=1)
    rtl_frames = min(args.rtl, len(images))
    report = compare(build, images, rtl_frames=rtl_frames, more=more, stall=args.stall)
    report.print()
    if not report.equal:
        raise InputError("the implementations differ: see the lines above")


if __name__ == "__main__":
    run_command(main)
