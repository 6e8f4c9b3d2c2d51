# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Small helpers on ONNX graphs that the front end's passes share."""

from __future__ import annotations

from typing import Any

import numpy as np
from onnx import NodeProto, helper
from qonnx.core.modelwrapper import ModelWrapper

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


def remove_unused(model: ModelWrapper) -> None:
    """Drop nodes whose outputs nobody reads."""
    kept = {value.name for value in model.graph.output}
    for node in reversed(list(model.graph.node)):
        if kept.isdisjoint(node.output):
            model.graph.node.remove(node)
        else:
            kept.update(node.input)
