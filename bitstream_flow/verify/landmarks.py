# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""What runs the network without the landmark decoder, completed by the decoder's reference."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from hls.graph.graph import Graph
from hls.operators.landmark_decode import LandmarkDecode

Tensors = Mapping[str, np.ndarray]


def with_landmarks(
    run: Callable[[np.ndarray], Tensors], graph: Graph
) -> Callable[[np.ndarray], Tensors]:
    """What else makes the tensors of `graph`, with the landmarks that the decoder is to find."""
    last, _ = graph.producers[graph.output]
    if not isinstance(last.op, LandmarkDecode):
        return run

    def decoded(images: np.ndarray) -> Tensors:
        tensors = run(images)
        (landmarks,) = last.op.reference(np.asarray(tensors[last.inputs[0]]))
        return {**tensors, graph.output: landmarks}

    return decoded
