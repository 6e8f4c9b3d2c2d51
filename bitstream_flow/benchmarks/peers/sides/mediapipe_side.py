# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""MediaPipe's face mesh, 468 points: `mediapipe_side SIDE box|detector`.

`detector` is the FaceMesh API on a still picture; `box` gives the picture's middle half to its
landmark graph, and then, as the API does in a video, the square round the points that it found.
"""

from __future__ import annotations

import sys
from typing import Any

import mediapipe
import numpy as np
from google.protobuf import text_format
from mediapipe.framework import calculator_pb2
from mediapipe.framework.formats import rect_pb2

# The imports register the options of the graph's calculators.
from mediapipe.python.solutions.face_mesh import FaceMesh, SolutionBase

from bitstream_flow.benchmarks.peers.sides.answer import Find, answer

_GRAPH = """
input_stream: "image"
input_stream: "roi"
output_stream: "landmarks"
input_side_packet: "with_attention"
node {
  calculator: "FaceLandmarkCpu"
  input_stream: "IMAGE:image"
  input_stream: "ROI:roi"
  input_side_packet: "WITH_ATTENTION:with_attention"
  output_stream: "LANDMARKS:landmarks"
}
"""
# The mesh's outer corners of the eyes, and how much larger than the points the next square is:
# as in MediaPipe's own graph.
_EYES, _MARGIN = (33, 263), 1.5


def pixels_of(landmarks: Any, side: int) -> np.ndarray:
    """Landmarks from 0 to 1 -> points (468, 2) in pixels."""
    return np.array([(p.x, p.y) for p in landmarks.landmark]) * side - 0.5


def square_round(points: np.ndarray, side: int) -> rect_pb2.NormalizedRect:
    """The square round points (M, 2), turned as the eyes are."""
    across = points[_EYES[1]] - points[_EYES[0]]
    angle = float(np.arctan2(across[1], across[0]))
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    upright = points @ turn.T
    low, high = upright.min(axis=0), upright.max(axis=0)
    centre = ((low + high) / 2 @ turn + 0.5) / side
    size = float((high - low).max()) * _MARGIN / side
    return rect_pb2.NormalizedRect(
        x_center=centre[0], y_center=centre[1], width=size, height=size, rotation=angle
    )


def with_detector(side: int) -> Find:
    """The API for still pictures: detection, then the mesh."""
    mesh = FaceMesh(static_image_mode=True, max_num_faces=1)

    def find(picture: np.ndarray) -> np.ndarray | None:
        faces = mesh.process(picture).multi_face_landmarks
        return pixels_of(faces[0], side) if faces else None

    return find


def with_box(side: int) -> Find:
    """The landmark graph on the picture's middle half, and again round what it found."""
    config = text_format.Parse(_GRAPH, calculator_pb2.CalculatorGraphConfig())
    graph = SolutionBase(graph_config=config, side_inputs={"with_attention": False})
    half = rect_pb2.NormalizedRect(x_center=0.5, y_center=0.5, width=0.5, height=0.5)

    def look(picture: np.ndarray, square: rect_pb2.NormalizedRect) -> np.ndarray | None:
        found = graph.process({"image": picture, "roi": square}).landmarks
        return None if found is None else pixels_of(found, side)

    def find(picture: np.ndarray) -> np.ndarray | None:
        first = look(picture, half)
        if first is None:
            return None
        second = look(picture, square_round(first, side))
        return first if second is None else second

    return find


if __name__ == "__main__":
    pixels = int(sys.argv[1])
    make = {"box": with_box, "detector": with_detector}[sys.argv[2]]
    answer(make(pixels), f"MediaPipe {mediapipe.__version__}", 468, pixels)
