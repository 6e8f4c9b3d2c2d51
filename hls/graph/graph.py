# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""The network as a graph of streaming operators: small, typed, strict.

Every tensor has one producer and one consumer (forks are operators), so that an edge is a stream.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from typing import Any

import numpy as np

from hls.common.errors import InputError
from hls.operators.operator import NO_CONSTANTS, Constants, Operator
from hls.operators.registry import operator_class
from hls.streams.tensor import Stream, TensorType


@dataclass(frozen=True)
class Node:
    """One operator in a graph, the tensors it reads and writes, and its constants."""

    name: str
    op: Operator
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    constants: Constants = field(default_factory=lambda: NO_CONSTANTS, compare=False)

    def __post_init__(self) -> None:
        ports = (len(self.op.inputs), len(self.op.outputs))
        if (len(self.inputs), len(self.outputs)) != ports:
            raise InputError(f"node {self.name}: {self.op.module} has {ports} inputs and outputs")
        missing = set(self.op.constant_names) - set(self.constants)
        if missing:
            raise InputError(f"node {self.name}: constant {min(missing)} is missing")


@dataclass(frozen=True)
class Graph:
    """Nodes in topological order from the tensor `input` to the tensor `output`."""

    name: str
    nodes: tuple[Node, ...]
    input: str
    output: str

    def __post_init__(self) -> None:
        if self.input not in self.consumers:
            raise InputError(f"no node reads the input {self.input}")
        made = {self.input}
        for node in self.nodes:
            for name, stream in zip(node.inputs, node.op.inputs, strict=True):
                if name not in made:
                    raise InputError(f"node {node.name} reads {name}, which no earlier node makes")
                if self.tensors[name] != stream.tensor:
                    raise InputError(
                        f"node {node.name} wants {stream.tensor}, {name} is {self.tensors[name]}"
                    )
            made.update(node.outputs)
        if self.output not in made:
            raise InputError(f"no node makes the output {self.output}")
        dangling = set(self.producers) - set(self.consumers) - {self.output}
        if dangling:
            raise InputError(f"tensor {min(dangling)} has no consumer")

    @cached_property
    def producers(self) -> dict[str, tuple[Node, int]]:
        """Tensor -> (the node that makes it, output port)."""
        return _ports(self.nodes, "outputs", "is made twice")

    @cached_property
    def consumers(self) -> dict[str, tuple[Node, int]]:
        """Tensor -> (the node that takes it, input port)."""
        return _ports(self.nodes, "inputs", "is read twice: a fork is missing")

    @cached_property
    def streams(self) -> dict[str, Stream]:
        """Every tensor as its producer folds it, the graph's input first."""
        first, port = self.consumers[self.input]
        made = {name: node.op.outputs[port] for name, (node, port) in self.producers.items()}
        return {self.input: first.op.inputs[port], **made}

    @cached_property
    def tensors(self) -> dict[str, TensorType]:
        """The type of every tensor, the graph's input first."""
        return {name: stream.tensor for name, stream in self.streams.items()}

    @property
    def interval(self) -> int:
        """Cycles per frame of the slowest operator."""
        return max(node.op.cycles for node in self.nodes)

    @property
    def joins(self) -> dict[str, tuple[str, ...]]:
        """Nodes with several inputs -> the tensors that feed them."""
        return {node.name: node.inputs for node in self.nodes if len(node.inputs) > 1}

    def node(self, name: str) -> Node:
        """The node called `name`."""
        return next(node for node in self.nodes if node.name == name)

    def with_ops(self, ops: Mapping[str, Operator]) -> Graph:
        """The same graph with the operators of some nodes exchanged."""
        return replace(self, nodes=tuple(replace(n, op=ops.get(n.name, n.op)) for n in self.nodes))


def _ports(nodes: tuple[Node, ...], side: str, complaint: str) -> dict[str, tuple[Node, int]]:
    table: dict[str, tuple[Node, int]] = {}
    for node in nodes:
        for port, name in enumerate(getattr(node, side)):
            if name in table:
                raise InputError(f"tensor {name} {complaint}")
            table[name] = (node, port)
    return table


def unfolded(op: Operator) -> Operator:
    """The operator with every fold field back at its default: what it computes, not how."""
    defaults = {f.name: f.default for f in fields(op) if f.name in op.fold_fields}
    return replace(op, **defaults)


def to_json(graph: Graph) -> dict[str, Any]:
    """The graph as JSON values, folding and constants left out; see `constants_of`."""
    return {
        "name": graph.name,
        "input": graph.input,
        "output": graph.output,
        "nodes": [_node_to_json(node) for node in graph.nodes],
    }


def constants_of(graph: Graph) -> Iterator[tuple[str, np.ndarray]]:
    """Every constant as (`node.constant`, array)."""
    for node in graph.nodes:
        for name in node.op.constant_names:
            yield f"{node.name}.{name}", node.constants[name]


def from_json(values: Mapping[str, Any], constants: Mapping[str, np.ndarray]) -> Graph:
    """Rebuild a graph; unknown operators, fields or missing constants are InputErrors."""
    try:
        nodes = tuple(_node_from_json(entry, constants) for entry in values["nodes"])
        return Graph(values["name"], nodes, values["input"], values["output"])
    except KeyError as error:
        raise InputError(f"graph description lacks {error}") from None


def fold_of(op: Operator) -> dict[str, int]:
    """The fold fields of an operator and their values."""
    return {name: getattr(op, name) for name in op.fold_fields}


def _node_to_json(node: Node) -> dict[str, Any]:
    logical = (f.name for f in fields(node.op) if f.name not in node.op.fold_fields)
    return {
        "name": node.name,
        "op": node.op.module,
        "attributes": {name: _value_to_json(getattr(node.op, name)) for name in logical},
        "inputs": list(node.inputs),
        "outputs": list(node.outputs),
    }


def _value_to_json(value: Any) -> Any:
    if isinstance(value, TensorType):
        return {f.name: getattr(value, f.name) for f in fields(value)}
    return [_value_to_json(v) for v in value] if isinstance(value, tuple) else value


def _value_from_json(value: Any) -> Any:
    if isinstance(value, dict):
        return TensorType(**value)
    return tuple(_value_from_json(v) for v in value) if isinstance(value, list) else value


def _node_from_json(entry: Mapping[str, Any], constants: Mapping[str, np.ndarray]) -> Node:
    kind = operator_class(entry["op"])
    try:
        op = kind(**{name: _value_from_json(v) for name, v in entry["attributes"].items()})
    except TypeError as error:
        raise InputError(f"node {entry['name']}: {error}") from None
    own = {name: constants[f"{entry['name']}.{name}"] for name in kind.constant_names}
    return Node(entry["name"], op, tuple(entry["inputs"]), tuple(entry["outputs"]), own)
