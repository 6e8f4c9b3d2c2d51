# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Small networks for the tests of the flow: a stem and residual blocks with random weights."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from bitstream_flow.artifacts.build import Build
from bitstream_flow.artifacts.bundle import write_bundle
from bitstream_flow.boards.board import load_board
from bitstream_flow.fifos.depths import Depth, chip_of
from bitstream_flow.plan.converters import absorb_borders, insert_converters
from bitstream_flow.plan.files import save_graph, save_plan
from bitstream_flow.plan.folding import Target, fold
from bitstream_flow.plan.planner import Planner
from hls.graph.graph import Graph, Node
from hls.operators.add_clip import AddClip
from hls.operators.concat import Concat
from hls.operators.int_mvu import IntMvu
from hls.operators.max_pool import MaxPool
from hls.operators.operator import Operator
from hls.operators.pad import Pad
from hls.operators.stream_fork import Fork
from hls.operators.threshold import Threshold
from hls.operators.upsample import Upsample
from hls.operators.window import Window
from hls.operators.xnor_mvu import XnorMvu
from hls.streams.exported import Crop, Exported
from hls.streams.landmarks import DecoderSettings
from hls.streams.tensor import TensorType, bits_for
from host.bundle.bundle import Bundle, load_bundle

# A floor that some cells of the networks here reach.
DECODER = DecoderSettings(20, 3)
EXPORTED = Exported(
    config="tiny", settings={}, landmarks=5, stride=2, crop=Crop(1.0), decoder=DECODER,
    checkpoint_sha256="", qonnx_sha256="",
)  # fmt: skip


class Builder:
    """Adds operators one by one and keeps the type of every tensor, and what two images make it."""

    def __init__(self, image: TensorType, seed: int = 0) -> None:
        self.types = {"image": image}
        self.nodes: list[Node] = []
        self.random = np.random.default_rng(seed)
        images = self.random.integers(image.low, image.high + 1, (2, *image.shape))
        self.sample = {"image": images.astype(np.int32)}

    def add(self, op: Operator, inputs: list[str], *outputs: str, **constants: np.ndarray) -> str:
        self.nodes.append(Node(f"{outputs[0]}.op", op, tuple(inputs), outputs, constants))
        self.types.update(
            (name, stream.tensor) for name, stream in zip(outputs, op.outputs, strict=True)
        )
        frames = op.reference(*(self.sample[name] for name in inputs), constants=constants)
        self.sample.update(zip(outputs, frames, strict=True))
        return outputs[0]

    def conv(self, name: str, source: str, channels: int, stride: int = 1) -> str:
        """3x3, integer for anything but a binary tensor."""
        op = Pad(self.types[source], 1, 1, 1, 1, value=0)
        padded = self.add(op, [source], f"{name}.pad")
        window = self.add(Window(self.types[padded], 3, stride), [padded], f"{name}.window")
        return self.matrix(name, window, channels)

    def matrix(self, name: str, source: str, channels: int) -> str:
        kind = self.types[source]
        if kind.bits == 1:
            unit = XnorMvu(kind, channels)
            return self.add(unit, [source], name, **unit.random_constants(self.random))
        weights = self.random.integers(-7, 8, (channels, kind.channels), dtype=np.int32)
        bound = int(np.abs(weights).sum(axis=1).max()) * max(kind.high, -kind.low)
        bits, signed = bits_for(-bound, bound)
        op = IntMvu(kind, channels, weight_bits=4, out_bits=bits, out_signed=signed)
        return self.add(op, [source], name, weights=weights)

    def quantise(self, name: str, source: str, bits: int, flips: bool = False) -> str:
        kind = self.types[source]
        # Within what really comes, or the values would only ever saturate.
        sample = self.sample[source].reshape(-1, kind.channels, 1)
        span = sample.min(axis=0), sample.max(axis=0) + 2
        shape = (kind.channels, 2**bits - 1)
        thresholds = np.sort(self.random.integers(*span, shape, dtype=np.int32), axis=1)
        flip = self.random.integers(0, 1 + flips, kind.channels, dtype=np.uint8)
        thresholds = np.where(flip[:, None] == 1, (~thresholds)[:, ::-1], thresholds)
        op = Threshold(kind, bits, signed=bits > 1, flips=flips)
        return self.add(op, [source], name, thresholds=thresholds, flip=flip)

    def fork(self, source: str, copies: int) -> list[str]:
        names = [f"{source}.{i}" for i in range(copies)]
        self.add(Fork(self.types[source], copies), [source], *names)
        return names

    def block(self, name: str, source: str) -> str:
        """The hierarchical block: three 3x3 stages, concatenated, added to the skip, clipped."""
        channels = self.types[source].channels
        skip, main = self.fork(source, 2)
        parts = []
        for stage, width in enumerate((channels // 2, channels // 4, channels // 4), 1):
            bits = self.quantise(f"{name}.stage{stage}.sign", main, 1, flips=True)
            conv = self.conv(f"{name}.stage{stage}.conv", bits, width)
            if stage < 3:
                out, main = self.fork(conv, 2)
            else:
                out = conv
            parts.append(self.quantise(f"{name}.stage{stage}.quant", out, 4))
        op = Concat(tuple(self.types[part] for part in parts))
        joined = self.add(op, parts, f"{name}.concat")
        op = AddClip(self.types[joined], 4, signed=True)
        return self.add(op, [joined, skip], f"{name}.clip")

    def graph(self, output: str) -> Graph:
        return Graph("test", tuple(self.nodes), "image", output)


def tiny_hourglass(height: int = 12, width: int = 8, channels: int = 8, seed: int = 0) -> Graph:
    """Stem, block, one hourglass level (pool, block, upsample, add) and an integer head."""
    net = Builder(TensorType(height, width, 3, 8), seed)
    stem = net.quantise("stem.quant", net.conv("stem.conv", "image", channels, stride=2), 4)
    up, low = net.fork(net.block("block", stem), 2)
    up = net.block("up", up)
    low = net.add(MaxPool(net.types[low]), [low], "pool")
    low = net.block("low", low)
    low = net.add(Upsample(net.types[low]), [low], "upsample")
    merged = net.add(AddClip(net.types[up], 4, signed=True), [up, low], "clip")
    return net.graph(net.matrix("heatmaps", merged, 5))


def make_chip(logical: Graph, cycles: int) -> Graph:
    """The graph folded for that many cycles per frame, with width converters."""
    return insert_converters(fold(absorb_borders(logical), Target(cycles)))


def make_bundle(folder: Path, logical: Graph, graph: Graph, depths: list[Depth]) -> Bundle:
    """The bundle of a graph, folded and with its width converters, in a new folder."""
    folder.mkdir()
    write_bundle(
        folder, logical=logical, chip=chip_of(graph, depths), board=load_board("Pynq-Z1"),
        network=EXPORTED, target_fps=1.0,
    )  # fmt: skip
    return load_bundle(folder)


def make_build(logical: Graph) -> Build:
    """What the steps up to the bundle leave, in $LANDMARK_BUILD."""
    build = Build("tiny", load_board("Pynq-Z1"), 1000.0)
    for step in ("frontend", "fold"):
        (build.folder / step).mkdir(parents=True)
    save_graph(logical, build.folder / "frontend")
    plan = Planner(logical, build.board.budget).plan(Target(3000))
    save_plan(plan, build.folder / "fold")
    make_bundle(build.bundle, logical, plan.graph, plan.depths)
    (build.folder / "bundle.key").write_text("key")
    return build
