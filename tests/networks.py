# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Small random networks, made by hand from operators, and bundles of them without RTL."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from hls.graph.graph import Graph, Node, to_json
from hls.operators.add_clip import AddClip
from hls.operators.concat import Concat
from hls.operators.int_mvu import IntMvu
from hls.operators.landmark_decode import LandmarkDecode
from hls.operators.max_pool import MaxPool
from hls.operators.operator import Operator
from hls.operators.pad import Pad
from hls.operators.stream_fork import Fork
from hls.operators.threshold import Threshold
from hls.operators.upsample import Upsample
from hls.operators.window import Window
from hls.operators.xnor_mvu import XnorMvu
from hls.streams.exported import Crop
from hls.streams.landmarks import DecoderSettings
from hls.streams.tensor import Stream, TensorType, bits_for
from host.bundle.manifest import Input, Manifest, Output
from host.bundle.packed_weights import pack_constants
from host.bundle.seal import seal

# A floor that some cells of the networks here reach.
DECODER = DecoderSettings(20, 3)


class Builder:
    """Appends operators with random constants, behind the tensor that each method is given first.

    It keeps the type of every tensor, and its values for two random images. Tensors have numbers,
    or the `name` that the operator is given.
    """

    def __init__(
        self, height: int, width: int, channels: int, seed: int = 0, *, bits: int = 8,
        signed: bool = False,
    ) -> None:  # fmt: skip
        self.rng = np.random.default_rng(seed)
        self.nodes: list[Node] = []
        image = TensorType(height, width, channels, bits, signed)
        self.types = {"image": image}
        images = self.rng.integers(image.low, image.high, (2, *image.shape), endpoint=True)
        self.sample = {"image": images.astype(np.int32)}

    def add(
        self, op: Operator, *inputs: str, name: str = "", **constants: np.ndarray
    ) -> tuple[str, ...]:
        """The names of the operator's outputs."""
        ports, index = len(op.outputs), len(self.nodes)
        outputs = tuple(f"{name or index}.{port}" for port in range(ports))
        if ports == 1:
            outputs = (name or f"t{index}",)
        node = f"{outputs[0]}.op" if name else f"{op.module}{index}"
        self.nodes.append(Node(node, op, inputs, outputs, constants))
        frames = op.reference(*(self.sample[x] for x in inputs), constants=constants)
        for output, stream, values in zip(outputs, op.outputs, frames, strict=True):
            self.types[output], self.sample[output] = stream.tensor, values
        return outputs

    def pad(self, x: str, border: int = 1, value: int = 0, name: str = "") -> str:
        op = Pad(self.types[x], border, border, border, border, value=value)
        return self.add(op, x, name=name)[0]

    def window(self, x: str, kernel: int, stride: int = 1, name: str = "") -> str:
        return self.add(Window(self.types[x], kernel, stride), x, name=name)[0]

    def xnor(self, x: str, out: int, name: str = "") -> str:
        op = XnorMvu(self.types[x], out)
        return self.add(op, x, name=name, **op.random_constants(self.rng))[0]

    def integer(self, x: str, out: int, bits: int = 4, name: str = "") -> str:
        """A matrix whose results have the bits that its weights ask for."""
        tensor = self.types[x]
        widest = IntMvu(tensor, out, bits, 32)
        weights = widest.random_constants(self.rng)["weights"]
        largest = int(np.abs(weights.astype(np.int64)).sum(axis=1).max())
        bound = largest * max(tensor.high, -tensor.low)
        op = replace(widest, out_bits=bits_for(-bound, bound)[0])
        return self.add(op, x, name=name, weights=weights)[0]

    def matrix(self, x: str, out: int, name: str = "") -> str:
        """Binary behind a binary tensor, integer behind any other."""
        kind = self.types[x]
        binary = (kind.bits, kind.signed) == (1, False)
        return self.xnor(x, out, name) if binary else self.integer(x, out, name=name)

    def conv(
        self, x: str, out: int, kernel: int = 3, *, stride: int = 1, value: int = 0, name: str = ""
    ) -> str:
        x = self.pad(x, kernel // 2, value, _part(name, "pad"))
        return self.matrix(self.window(x, kernel, stride, _part(name, "window")), out, name)

    def threshold(
        self, x: str, bits: int, signed: bool = False, *, flips: bool = True, name: str = ""
    ) -> str:
        """Levels within what the two images make: others would only saturate."""
        kind = self.types[x]
        sample = self.sample[x].reshape(-1, kind.channels, 1).astype(np.int64)
        low, high = sample.min(axis=0), np.minimum(sample.max(axis=0) + 1, kind.high)
        shape = (kind.channels, 2**bits - 1)
        levels = np.sort(self.rng.integers(low, high, shape, endpoint=True), axis=1)
        flip = self.rng.integers(0, 1 + flips, kind.channels, np.uint8)
        levels = np.where(flip[:, None] == 1, (~levels)[:, ::-1], levels).astype(np.int32)
        op = Threshold(kind, bits, signed, flips)
        return self.add(op, x, name=name, thresholds=levels, flip=flip)[0]

    def fork(self, x: str, copies: int = 2) -> tuple[str, ...]:
        return self.add(Fork(self.types[x], copies), x, name=x)

    def join(self, left: str, right: str, name: str = "") -> str:
        return self.add(AddClip(self.types[left], 4, True), left, right, name=name)[0]

    def pool(self, x: str, name: str = "") -> str:
        return self.add(MaxPool(self.types[x]), x, name=name)[0]

    def upsample(self, x: str, name: str = "") -> str:
        return self.add(Upsample(self.types[x]), x, name=name)[0]

    def block(self, x: str, name: str = "") -> str:
        """The hierarchical block: C -> C/2, C/4, C/4, side by side, added to what came in."""
        channels = self.types[x].channels
        skip, x = self.fork(x)
        parts = []
        for stage, out in enumerate((channels // 2, channels // 4, channels // 4), 1):
            bits = self.threshold(x, 1, name=_part(name, f"stage{stage}.sign"))
            side = x = self.conv(bits, out, name=_part(name, f"stage{stage}.conv"))
            if stage < 3:
                side, x = self.fork(x)
            part = _part(name, f"stage{stage}.quant")
            parts.append(self.threshold(side, 4, True, flips=False, name=part))
        op = Concat(tuple(self.types[part] for part in parts))
        joined = self.add(op, *parts, name=_part(name, "concat"))[0]
        return self.join(joined, skip, _part(name, "clip"))

    def hourglass(self, x: str, depth: int) -> str:
        if depth == 0:
            return self.block(x)
        up, low = self.fork(x)
        low = self.block(self.hourglass(self.block(self.pool(low)), depth - 1))
        return self.join(self.block(up), self.upsample(low))

    def graph(self, output: str) -> Graph:
        return Graph("test", tuple(self.nodes), "image", output)


def _part(name: str, part: str) -> str:
    return f"{name}.{part}" if name else ""


def tiny_hourglass(height: int = 12, width: int = 8, channels: int = 8, seed: int = 0) -> Graph:
    """Stem, block, one hourglass level (pool, block, upsample, add) and an integer head, named."""
    net = Builder(height, width, 3, seed)
    stem = net.conv("image", channels, stride=2, name="stem.conv")
    stem = net.threshold(stem, 4, True, flips=False, name="stem.quant")
    up, low = net.fork(net.block(stem, "block"))
    up, low = net.block(up, "up"), net.block(net.pool(low, "pool"), "low")
    merged = net.join(up, net.upsample(low, "upsample"), "clip")
    return net.graph(net.integer(merged, 5, name="heatmaps"))


def hourglass_net(
    size: int = 16, width: int = 8, depth: int = 1, landmarks: int = 68, seed: int = 6
) -> Graph:
    """Image size x size x 3 -> heatmaps at a quarter of the size: the shape of a real network.

    With the default seed the maxima lie at many places, and not all in the first corner.
    """
    net = Builder(size, size, 3, seed)
    x = net.conv("image", width, stride=2)
    x = net.pool(net.block(net.threshold(x, 4, True)))
    x = net.hourglass(net.block(x), depth)
    x = net.threshold(net.xnor(net.threshold(x, 1), width), 4, True)
    return net.graph(net.integer(x, landmarks, bits=8))


def landmark_net(landmarks: int = 68) -> Graph:
    """The same with the landmark decoder behind it."""
    heatmaps = hourglass_net(landmarks=landmarks)
    op = LandmarkDecode(heatmaps.tensors[heatmaps.output], DECODER.floor, DECODER.shift)
    node = Node("decode", op, (heatmaps.output,), ("landmarks",))
    return Graph("test", (*heatmaps.nodes, node), "image", "landmarks")


def write_test_bundle(folder: Path, graph: Graph | None = None, **changes: Any) -> Path:
    """A sealed bundle without RTL; `changes` replace fields of the manifest."""
    graph = graph or hourglass_net()
    folder.mkdir(parents=True, exist_ok=True)
    np.savez(folder / "weights.npz", **pack_constants(graph))
    seal(folder, replace(manifest_of(graph), **changes))
    return folder


def manifest_of(graph: Graph) -> Manifest:
    """What a bundle of the graph says of itself, not sealed."""
    first, last = (Stream(graph.tensors[name], 1) for name in (graph.input, graph.output))
    return Manifest(
        config="test", board="none", clock_mhz=100.0, input=Input.of(first),
        output=Output.of(last, stride=4), crop=Crop(1.0), decoder=DECODER, graph=to_json(graph),
        joins={},
    )  # fmt: skip
