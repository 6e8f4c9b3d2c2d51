# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Every kind of pooling, in all the languages that the front end reads and writes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hls.operators.average_pool import AveragePool
from hls.operators.max_pool import MaxPool
from hls.operators.pool import Pool


@dataclass(frozen=True)
class PoolKind:
    """An operator; `call` is the name of its function in PyTorch, `nodes` are its ONNX nodes, one
    behind the other, of which the first has the kernel; `layer` is the node that takes their place
    with channels last, `attributes` makes that one's attributes, and `function` is what FINN's Pool
    layer calls it.
    """

    operator: type[Pool]
    call: str
    nodes: tuple[str, ...]
    layer: str
    attributes: Callable[[Any], dict[str, Any]]
    function: str


def _max_pool(op: MaxPool) -> dict[str, Any]:
    return {"kernel_shape": [op.size] * 2, "strides": [op.size] * 2, "pads": [0] * 4}


def _average_pool(op: AveragePool) -> dict[str, Any]:
    bits = max(2, op.tensor.bits)  # QONNX knows no fewer
    return {"kernel": op.size, "stride": op.size, "ibits": bits, "obits": bits,
            "signed": int(op.tensor.signed), "data_layout": "NHWC"}  # fmt: skip


POOLS = (
    PoolKind(MaxPool, "max_pool2d", ("MaxPool",), "MaxPoolNHWC", _max_pool, "MaxPool"),
    PoolKind(AveragePool, "average_pool", ("AveragePool", "Floor"), "QuantAvgPool2d",
             _average_pool, "QuantAvgPool"),
)  # fmt: skip
