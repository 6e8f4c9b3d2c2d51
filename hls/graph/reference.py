# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Run a graph by its operators' references: slow, and the definition of right."""

from __future__ import annotations

import numpy as np

from hls.graph.graph import Graph


def run_reference(graph: Graph, images: np.ndarray) -> dict[str, np.ndarray]:
    """Images (N, H, W, C) -> every tensor of the graph by name, (N, H, W, C) int32."""
    tensors = {graph.input: images.astype(np.int32)}
    for node in graph.nodes:
        frames = (tensors[name] for name in node.inputs)
        results = node.op.reference(*frames, constants=node.constants)
        tensors.update(zip(node.outputs, results, strict=True))
    return tensors
