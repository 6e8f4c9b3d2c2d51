# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""A large graph in blocks: operators that belong together, by the names of their tensors."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from hls.graph.graph import Graph, Node
from hls.operators.landmark_decode import LandmarkDecode
from hls.operators.width_converter import WidthConverter

# What follows a block's name in those of its operators.
_PART = re.compile(r"\.(?:stage\d+|skip|conv|sign|quant)(?:\.|$)")
_STAGE = re.compile(r"\.(?:stage\d+|skip)\.")
_COPY = re.compile(r"(?:\.x?\d+)+$")


@dataclass(frozen=True)
class Link:
    """A stream between two operators; the ends of the chip are the graph's input and output."""

    edge: str
    source: str
    target: str


@dataclass(frozen=True)
class Blocks:
    """The operators of a converted graph by block, both in the graph's order."""

    graph: Graph

    @cached_property
    def of(self) -> dict[str, str]:
        """Operator -> its block; width converters belong to what gives them their stream."""
        residual = {_STAGE.split(node.name)[0] for node in self.graph.nodes}
        found: dict[str, str] = {}
        for node in self.graph.nodes:
            giver = self.graph.producers.get(node.inputs[0])
            if isinstance(node.op, WidthConverter) and giver is not None:
                found[node.name] = found[giver[0].name]
            else:
                found[node.name] = _block(node.name, residual)
        return found

    @cached_property
    def members(self) -> dict[str, list[Node]]:
        """Block -> its operators."""
        found: dict[str, list[Node]] = {}
        for node in self.graph.nodes:
            found.setdefault(self.of[node.name], []).append(node)
        return found

    @cached_property
    def links(self) -> list[Link]:
        """Every stream of the chip."""
        return [
            Link(
                name,
                _end(self.graph.producers, name, self.graph.input),
                _end(self.graph.consumers, name, self.graph.output),
            )
            for name in self.graph.tensors
        ]

    def pixels(self, block: str) -> int:
        """Pixels of what the block takes or gives, whichever are fewer; landmarks are none."""
        first, last = self.members[block][0].op, self.members[block][-1].op
        taken = first.inputs[0].tensor.pixels
        if isinstance(last, LandmarkDecode):
            return taken
        return min(taken, last.outputs[0].tensor.pixels)


def _block(name: str, residual: set[str]) -> str:
    head = _PART.split(name)[0]
    if head == name:
        head = _COPY.sub("", name.rpartition(".")[0] or name)
    parent = head.rpartition(".")[0]
    return parent if parent in residual else head


def _end(ports: dict[str, tuple[Node, int]], edge: str, outside: str) -> str:
    return ports[edge][0].name if edge in ports else outside
