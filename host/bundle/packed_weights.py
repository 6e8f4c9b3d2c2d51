# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""The graph's constants as the narrow arrays of weights.npz, and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from hls.common.errors import InputError
from hls.graph.graph import Graph, constants_of
from hls.operators.registry import operator_class

_WIDTHS = (np.int8, np.int16, np.int32)


def pack_constants(graph: Graph) -> dict[str, np.ndarray]:
    """Constants by `node.constant`: binary weights as bits, first weight lowest, or narrow ints."""
    binary = {f"{node.name}.{name}" for node in graph.nodes for name in node.op.bit_constants}
    return {
        key: _pack_bits(values) if key in binary else _narrow(values)
        for key, values in constants_of(graph)
    }


def unpack_constants(
    description: Mapping[str, Any], arrays: Mapping[str, np.ndarray]
) -> dict[str, np.ndarray]:
    """The inverse of `pack_constants`; `description` is the graph as JSON, for the row lengths."""
    unpacked = {key: values.astype(np.int32) for key, values in arrays.items()}
    for entry in description["nodes"]:
        for name in operator_class(entry["op"]).bit_constants:
            if (key := f"{entry['name']}.{name}") in arrays:
                length = entry["attributes"]["tensor"]["channels"]
                unpacked[key] = _unpack_bits(key, arrays[key], length)
    return unpacked


def _pack_bits(weights: np.ndarray) -> np.ndarray:
    return np.packbits(weights.astype(np.uint8), axis=1, bitorder="little")


def _unpack_bits(name: str, packed: np.ndarray, length: int) -> np.ndarray:
    if packed.dtype != np.uint8 or packed.ndim != 2 or packed.shape[1] != -(-length // 8):
        raise InputError(f"weights.npz: {name} is not {length} packed bits per row")
    return np.unpackbits(packed, axis=1, count=length, bitorder="little")


def _narrow(values: np.ndarray) -> np.ndarray:
    low, high = int(values.min(initial=0)), int(values.max(initial=0))
    for kind in _WIDTHS:
        if np.iinfo(kind).min <= low and high <= np.iinfo(kind).max:
            return values.astype(kind)
    raise InputError(f"a constant of {low}..{high} does not fit 32 bits")
