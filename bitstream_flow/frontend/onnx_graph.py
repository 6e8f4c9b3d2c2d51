# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Small helpers on ONNX graphs that the front end's passes share."""

from __future__ import annotations

from typing import Any

import numpy as np
from onnx import NodeProto, helper
from qonnx.core.modelwrapper import ModelWrapper

from bitstream_flow.frontend.pools import POOLS, PoolKind
from hls.common.errors import InputError


def attribute(node: NodeProto, name: str, default: Any = None) -> Any:
    """An attribute's value; bytes become text."""
    for entry in node.attribute:
        if entry.name == name:
            value = helper.get_attribute_value(entry)
            return value.decode() if isinstance(value, bytes) else value
    return default


def dynamic_inputs(model: ModelWrapper, node: NodeProto) -> list[str]:
    """Inputs that are no constants."""
    return [name for name in node.input if name and model.get_initializer(name) is None]


def constant(model: ModelWrapper, node: NodeProto, index: int) -> np.ndarray:
    """A constant input; InputError where it is not one."""
    value = model.get_initializer(node.input[index]) if len(node.input) > index else None
    if value is None:
        raise InputError(f"{node.op_type} {node.name}: input {index} must be a constant")
    return np.asarray(value)


def pooling(model: ModelWrapper, node: NodeProto) -> tuple[PoolKind, NodeProto] | None:
    """The kind of pooling that ends with the node, and its first node; None where none does."""
    for kind in POOLS:
        first: NodeProto | None = node
        for wanted in reversed(kind.nodes[1:]):
            if first is not None:
                fits = first.op_type == wanted
                first = model.find_producer(first.input[0]) if fits else None
        if first is not None and first.op_type == kind.nodes[0]:
            return kind, first
    return None


def remove_unused(model: ModelWrapper) -> None:
    """Drop nodes whose outputs nobody reads."""
    kept = {value.name for value in model.graph.output}
    for node in reversed(list(model.graph.node)):
        if kept.isdisjoint(node.output):
            model.graph.node.remove(node)
        else:
            kept.update(node.input)
