# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""The implementations that the equality gate compares, and noise for them."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np

from bitstream_flow.artifacts.build import Build
from bitstream_flow.verify.landmarks import Tensors
from hls.graph.graph import Graph
from hls.streams.encoding import from_hex

Run = Callable[[np.ndarray], Tensors]


def random_images(graph: Graph, count: int, seed: int = 0) -> np.ndarray:
    """Noise images (N, H, W, C) uint8; the first two are all 0 and all 255."""
    kind = graph.tensors[graph.input]
    images = np.random.default_rng(seed).integers(0, 256, (count, *kind.shape), dtype=np.uint8)
    images[:1], images[1:2] = 0, 255
    return images


def brevitas(build: Build) -> Run:
    """Every quantised tensor of the PyTorch model that was exported."""
    from model.network.trace import traced_forward
    from model.training.checkpoint import load_network

    return partial(traced_forward, load_network(build.config, build.exported_checkpoint))


def onnx(path: Path) -> Run:
    """Every named tensor of a QONNX file or of FINN's graph."""
    from qonnx.core.modelwrapper import ModelWrapper

    from bitstream_flow.frontend.execute import execute_named

    return partial(execute_named, ModelWrapper(str(path)))


def golden(bundle_folder: Path) -> Run:
    """Every tensor of the golden model, run from the bundle."""
    from host.bundle.bundle import load_bundle
    from host.golden.model import Golden

    model = Golden(load_bundle(bundle_folder).graph)
    return lambda images: model.run(images, keep=True)


def emulator(bundle_folder: Path) -> Run:
    """Every tensor of the emulator: intermediate ones unfused, the output from the fused engine."""
    from host.bundle.bundle import load_bundle
    from host.emulator import Emulator

    model = Emulator(load_bundle(bundle_folder).graph)
    return lambda images: {
        **model.run(images, keep=True),
        model.graph.output: model.run(images),
    }


def rtl_tensors(
    bundle: Path, graph: Graph, images: np.ndarray, stall: float = 0.0
) -> tuple[Tensors, int, int, dict[str, int]]:
    """Every stream of the simulated RTL, cycles per frame, latency of the first, fill of FIFOs.

    Source and sink pause in a share `stall` of the cycles, at random.
    """
    from host.bundle.bundle import load_bundle
    from host.simulated.offline import RtlSimulation, cycles_per_frame, latency

    def note(text: str) -> None:
        print(text, flush=True)

    with tempfile.TemporaryDirectory() as folder:
        run = RtlSimulation(load_bundle(bundle), note).simulate(
            images, trace=Path(folder), stall=stall
        )
        tensors = dict(_traces(graph, Path(folder), len(images)))
    tensors[graph.output] = run.outputs[0]
    fills = {fifo.name: fifo.max_fill for fifo in run.fifos}
    return tensors, int(np.ceil(cycles_per_frame(run))), latency(run), fills


def _traces(graph: Graph, folder: Path, frames: int) -> Iterator[tuple[str, np.ndarray]]:
    for edge, stream in graph.streams.items():
        kind, path = stream.tensor, folder / f"{edge}.hex"
        beats = from_hex(path.read_text(), stream.lanes, kind.bits, kind.signed)
        # The input FIFO may have run ahead into a frame that was never finished.
        yield edge, stream.unpack(beats[: frames * stream.beats])


def hls_cpp(build: Build) -> Run:
    """Every stream of the chip's HLS C++ in C simulation."""
    from bitstream_flow.verify.hls_cpp import HlsCpp

    return HlsCpp(build.plan.chip, partial(print, flush=True)).tensors
