# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Small random networks, made by hand from operators, and bundles of them without RTL."""

from __future__ import annotations

from dataclasses import asdict, replace
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
from hls.streams.tensor import TensorType, bits_for
from host.bundle.manifest import Input, Manifest, Output
from host.bundle.packed_weights import pack_constants
from host.bundle.seal import seal

# A floor that some cells of the networks here reach.
DECODER = DecoderSettings(100, 3)


class Builder:
    """Appends operators with random constants to a list of nodes; tensors are named by number."""

    def __init__(self, height: int, width: int, channels: int, seed: int = 0) -> None:
        self.rng = np.random.default_rng(seed)
        self.nodes: list[Node] = []
        self.types = {"image": TensorType(height, width, channels, 8)}

    def add(self, op: Operator, *inputs: str, **constants: np.ndarray) -> tuple[str, ...]:
        index = len(self.nodes)
        outputs = tuple(f"t{index}.{port}" for port in range(len(op.outputs)))
        self.nodes.append(Node(f"{op.module}{index}", op, inputs, outputs, constants))
        for name, stream in zip(outputs, op.outputs, strict=True):
            self.types[name] = stream.tensor
        return outputs

    def pad(self, x: str, border: int = 1, value: int = 0) -> str:
        return self.add(Pad(self.types[x], border, border, border, border, value=value), x)[0]

    def window(self, x: str, kernel: int, stride: int = 1) -> str:
        return self.add(Window(self.types[x], kernel, stride), x)[0]

    def xnor(self, x: str, out: int) -> str:
        op = XnorMvu(self.types[x], out)
        return self.add(op, x, **op.random_constants(self.rng))[0]

    def integer(self, x: str, out: int, bits: int = 4) -> str:
        tensor, half = self.types[x], 1 << (bits - 1)
        bound = half * tensor.channels * max(tensor.high, -tensor.low)
        op = IntMvu(tensor, out, bits, bits_for(-bound, bound)[0])
        return self.add(op, x, **op.random_constants(self.rng))[0]

    def threshold(self, x: str, bits: int, signed: bool = False) -> str:
        tensor = self.types[x]
        low, high = self._likely(tensor)
        table = self.rng.integers(low, high + 1, (tensor.channels, 2**bits - 1), np.int32)
        flip = self.rng.integers(0, 2, tensor.channels, np.uint8)
        table = np.where(flip[:, None], ~table, table)
        op = Threshold(tensor, bits, signed, flips=True)
        return self.add(op, x, thresholds=np.sort(table, axis=1), flip=flip)[0]

    @staticmethod
    def _likely(tensor: TensorType) -> tuple[int, int]:
        """Where sums and popcounts mostly lie, so that thresholds split them."""
        middle, reach = (tensor.low + tensor.high) // 2, max(1, (tensor.high - tensor.low) // 4)
        return middle - reach, middle + reach

    def conv(self, x: str, out: int, kernel: int = 3, value: int = 0) -> str:
        return self.xnor(self.window(self.pad(x, kernel // 2, value), kernel), out)

    def fork(self, x: str, copies: int) -> tuple[str, ...]:
        return self.add(Fork(self.types[x], copies), x)

    def join(self, left: str, right: str) -> str:
        return self.add(AddClip(self.types[left], 4, True), left, right)[0]

    def pool(self, x: str) -> str:
        return self.add(MaxPool(self.types[x]), x)[0]

    def block(self, x: str) -> str:
        """The hierarchical block: C -> C/2, C/4, C/4, side by side, added to what came in."""
        channels = self.types[x].channels
        skip, x = self.fork(x, 2)
        parts = []
        for out, last in ((channels // 2, False), (channels // 4, False), (channels // 4, True)):
            x = self.conv(self.threshold(x, 1), out)
            if not last:
                x, side = self.fork(x, 2)
            parts.append(self.threshold(x if last else side, 4, True))
        types = tuple(self.types[part] for part in parts)
        (joined,) = self.add(Concat(types), *parts)
        return self.join(skip, joined)

    def hourglass(self, x: str, depth: int) -> str:
        if depth == 0:
            return self.block(x)
        up, low = self.fork(x, 2)
        low = self.block(self.hourglass(self.block(self.pool(low)), depth - 1))
        (low,) = self.add(Upsample(self.types[low]), low)
        return self.join(self.block(up), low)

    def graph(self, output: str) -> Graph:
        return Graph("test", tuple(self.nodes), "image", output)


def hourglass_net(
    size: int = 16, width: int = 8, depth: int = 1, landmarks: int = 68, seed: int = 6
) -> Graph:
    """Image size x size x 3 -> heatmaps at a quarter of the size: the shape of a real network.

    With the default seed the maxima lie at many places, and not all in the first corner.
    """
    net = Builder(size, size, 3, seed)
    x = net.integer(net.window(net.pad("image"), 3, 2), width)
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


def reference_run(graph: Graph, images: np.ndarray) -> dict[str, np.ndarray]:
    """Every tensor by the operators' own references: slow, and the definition."""
    values = {graph.input: images.astype(np.int32)}
    for node in graph.nodes:
        frames = [values[name] for name in node.inputs]
        results = node.op.reference(*frames, constants=node.constants)
        values.update(zip(node.outputs, results, strict=True))
    return values


def write_test_bundle(folder: Path, graph: Graph | None = None, **changes: Any) -> Path:
    """A sealed bundle without RTL; `changes` replace fields of the manifest."""
    graph = graph or hourglass_net()
    folder.mkdir(parents=True, exist_ok=True)
    np.savez(folder / "weights.npz", **pack_constants(graph))
    seal(folder, replace(manifest_of(graph), **changes))
    return folder


def manifest_of(graph: Graph) -> Manifest:
    """What a bundle of the graph says of itself, not sealed."""
    ports = (asdict(graph.tensors[name]) | {"lanes": 1} for name in (graph.input, graph.output))
    first, last = ports
    return Manifest(
        config="test", board="none", clock_mhz=100.0, input=Input(**first),
        output=Output(**last, stride=4), crop=Crop(1.0), decoder=DECODER, graph=to_json(graph),
        joins={},
    )  # fmt: skip
