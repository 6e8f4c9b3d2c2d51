# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Straight lines in thresholds: exact where found, and refused where there is none."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from bitstream_flow.plan.threshold_lines import lines_of, with_lines
from hls.graph.graph import Graph, Node
from hls.operators.threshold import Threshold
from hls.streams.tensor import TensorType

BITS = 4


def _node(thresholds: np.ndarray, flip: np.ndarray, bits: int = 9) -> Node:
    tensor = TensorType(2, 2, len(thresholds), bits, True)
    op = Threshold(tensor, BITS, signed=True, flips=bool(flip.any()))
    return Node("quant", op, ("x",), ("y",), {"thresholds": thresholds, "flip": flip})


def _of_lines(gains: np.ndarray, offsets: np.ndarray) -> Node:
    """The thresholds of clip(floor(gain * x + offset)); a negative gain flips its channel."""
    steps = np.arange(-(1 << (BITS - 1)) + 1, 1 << (BITS - 1))
    at = (steps - offsets[:, None]) / np.abs(gains)[:, None]
    flip = (gains < 0).astype(np.uint8)
    return _node(np.ceil(at).astype(np.int32), flip)


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 10_000))
def test_a_line_gives_what_its_thresholds_give(seed: int) -> None:
    random = np.random.default_rng(seed)
    gains = random.uniform(0.03, 2.0, 4) * random.choice([-1, 1], 4)
    node = _of_lines(gains, random.uniform(-3, 3, 4))
    found = lines_of(node, (-200, 200))
    assert found is not None
    op, lines = found
    values = np.arange(-200, 201, dtype=np.int32)[:, None].repeat(4, 1)[None, None]
    constants = {
        "gain": np.array([line.gain for line in lines]),
        "offset": np.array([line.offset for line in lines]),
    }
    wide = replace(op, tensor=replace(op.tensor, height=1, width=401))
    want = replace(node.op, tensor=wide.tensor).reference(values, constants=node.constants)[0]
    np.testing.assert_array_equal(wide.reference(values, constants=constants)[0], want)
    assert max(abs(line.gain) for line in lines) < 1 << (op.gain_bits - 1)


def test_a_bent_line_is_refused() -> None:
    bent = np.concatenate([np.arange(-70, 0, 10), np.arange(0, 8)]).astype(np.int32)[None]
    assert lines_of(_node(bent, np.zeros(1, np.uint8)), (-200, 200)) is None


def test_only_quantisers_of_several_bits_are_looked_at() -> None:
    tensor = TensorType(2, 2, 3, 9, True)
    sign = Node("sign", Threshold(tensor, 1, signed=False), ("x",), ("y",), {
        "thresholds": np.zeros((3, 1), np.int32), "flip": np.zeros(3, np.uint8)
    })  # fmt: skip
    graph = Graph("one", (sign,), "x", "y")
    same, found = with_lines(graph)
    assert not found and same.nodes == graph.nodes
