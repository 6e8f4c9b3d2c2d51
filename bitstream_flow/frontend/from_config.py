# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""The dataflow graph of a configuration in a second, without weights, QONNX or FINN.

PyTorch's own tracer walks the network. The result is the importer's graph but for what only
trained weights tell: which channels flip, and how few bits the integer sums of stem and head need.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch
from brevitas.nn import QuantConv2d, QuantIdentity
from torch import fx, nn

from bitstream_flow.frontend.pools import POOLS, PoolKind
from hls.common.errors import InputError
from hls.graph.graph import Graph, Node
from hls.operators.add_clip import AddClip
from hls.operators.concat import Concat
from hls.operators.int_mvu import IntMvu
from hls.operators.operator import Operator
from hls.operators.pad import Pad
from hls.operators.stream_fork import Fork
from hls.operators.threshold import Threshold
from hls.operators.upsample import Upsample
from hls.operators.window import Window
from hls.operators.xnor_mvu import XnorMvu
from hls.streams.tensor import TensorType, bits_for
from model.config import NetworkConfig
from model.network.blocks import Shift
from model.network.network import LandmarkNetwork
from model.network.quantisers import BinaryConv, UnitInteger, UnitSign

_PER_CHANNEL = nn.BatchNorm2d | nn.PReLU | nn.ReLU | nn.Identity | Shift


class _Tracer(fx.Tracer):
    """Treats modules that map to one operator, or to none, as leaves."""

    def is_leaf_module(self, m: nn.Module, module_qualified_name: str) -> bool:
        return isinstance(m, BinaryConv | QuantConv2d | QuantIdentity | _PER_CHANNEL)


def network_graph(name: str, config: NetworkConfig) -> Graph:
    """The graph of `config` with constants of zeros; InputError where it is not exact."""
    if config.inexact:
        raise InputError(f"{name} cannot run on the hardware: {config.inexact}")
    network = LandmarkNetwork(config)
    return _Builder(network).build(name, _Tracer().trace(network))


class _Builder:
    """Turns traced calls into operators; a tensor that several read gets its fork at the end."""

    def __init__(self, network: LandmarkNetwork) -> None:
        self.network = network
        self.types: dict[str, TensorType] = {}
        self.nodes: list[Node] = []
        # Traced value -> its tensor, and a second one where it is a sum not clipped yet.
        self.values: dict[fx.Node, tuple[str, ...]] = {}
        self.calls = {
            torch.cat: self._concat,
            nn.functional.interpolate: self._upsample,
        }

    def build(self, name: str, traced: fx.Graph) -> Graph:
        """The whole graph, forks included."""
        size = self.network.config.input_size
        for node in traced.nodes:
            if node.op == "placeholder":
                self.types["image"] = TensorType(size, size, 3, 8)
                self.values[node] = ("image",)
            elif node.op == "call_module":
                self.values[node] = self._module(node)
            elif node.op == "call_function":
                self.values[node] = self._function(node)
            elif node.op == "output":
                (last,) = self.values[node.args[0]]
        return Graph(name, tuple(_with_forks(self.nodes)), "image", last)

    def _emit(self, kind: str, op: Operator, inputs: tuple[str, ...], output: str) -> str:
        constants = {name: np.zeros(0, np.int8) for name in op.constant_names}
        self.nodes.append(Node(f"{output}.{kind}", op, inputs, (output,), constants))
        self.types[output] = op.outputs[0].tensor
        return output

    def _module(self, node: fx.Node) -> tuple[str, ...]:
        module = self.network.get_submodule(str(node.target))
        sources = self.values[_argument(node)]
        if isinstance(module, _PER_CHANNEL):
            return sources
        name = str(node.target)
        if isinstance(module, QuantIdentity):
            return (self._quantise(name, sources, _bits(module)),)
        conv = module.conv if isinstance(module, BinaryConv) else module
        return (self._convolve(name, sources[0], conv),)

    def _quantise(self, name: str, sources: tuple[str, ...], bits: int) -> str:
        kind = self.types[sources[0]]
        if len(sources) == 2:
            return self._emit("add_clip", AddClip(kind, bits, signed=True), sources, name)
        return self._emit("threshold", Threshold(kind, bits, signed=bits > 1), sources, name)

    def _convolve(self, name: str, source: str, conv: QuantConv2d) -> str:
        kernel, channels = conv.kernel_size[0], conv.out_channels
        if kernel > 1:
            top = left = bottom = right = kernel // 2
            op: Operator = Pad(self.types[source], top, left, bottom, right, value=0)
            padded = self._emit("pad", op, (source,), f"{name}.pad")
            op = Window(self.types[padded], kernel, conv.stride[0])
            source = self._emit("window", op, (padded,), f"{name}.window")
        kind = self.types[source]
        if kind.bits == 1:
            return self._emit("xnor_mvu", XnorMvu(kind, channels), (source,), name)
        weight_bits = _bits(conv)
        bound = kind.channels * max(kind.high, -kind.low) * ((1 << (weight_bits - 1)) - 1)
        bits, signed = bits_for(-bound, bound)
        op = IntMvu(kind, channels, weight_bits, bits, signed)
        return self._emit("int_mvu", op, (source,), name)

    def _function(self, node: fx.Node) -> tuple[str, ...]:
        if node.target in self.calls:
            return (self.calls[node.target](node),)
        name = getattr(node.target, "__name__", "")
        for kind in POOLS:
            if name == kind.call:
                return (self._pool(kind, node),)
        if name == "add":
            (a,), (b,) = (self.values[source] for source in node.all_input_nodes)
            return a, b
        raise InputError(f"the hardware has no operator for {node.target} ({node.name})")

    def _concat(self, node: fx.Node) -> str:
        sources = tuple(name for source in node.all_input_nodes for name in self.values[source])
        block = sources[0].rsplit(".", 2)[0]
        op = Concat(tuple(self.types[name] for name in sources))
        return self._emit("concat", op, sources, f"{block}.concat")

    def _pool(self, kind: PoolKind, node: fx.Node) -> str:
        (source,) = self.values[_argument(node)]
        op, output = kind.operator(self.types[source]), f"{source}.{kind.nodes[0].lower()}"
        return self._emit(op.module, op, (source,), output)

    def _upsample(self, node: fx.Node) -> str:
        (source,) = self.values[_argument(node)]
        return self._emit("upsample", Upsample(self.types[source]), (source,), f"{source}.resize")


def _bits(module: nn.Module) -> int:
    """The bit width of the quantiser within."""
    return next(m.bits for m in module.modules() if isinstance(m, UnitSign | UnitInteger))


def _argument(node: fx.Node) -> fx.Node:
    return node.all_input_nodes[0]


def _with_forks(nodes: list[Node]) -> list[Node]:
    """Forks downstream of each tensor that several nodes read, with a copy for each reader."""
    readers: dict[str, int] = {}
    for node in nodes:
        for name in node.inputs:
            readers[name] = readers.get(name, 0) + 1
    taken = dict.fromkeys(readers, 0)
    result: list[Node] = []
    for node in nodes:
        inputs = []
        for name in node.inputs:
            copy = f"{name}.{taken[name]}" if readers[name] > 1 else name
            taken[name] += 1
            inputs.append(copy)
        result.append(replace(node, inputs=tuple(inputs)))
        (output,) = node.outputs
        if readers.get(output, 0) > 1:
            copies = tuple(f"{output}.{index}" for index in range(readers[output]))
            fork = Fork(node.op.outputs[0].tensor, len(copies))
            result.append(Node(f"{output}.stream_fork", fork, (output,), copies))
    return result
