# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Landmarks of the faces in a picture, from one look at each or from several views of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hls.common.errors import InputError
from hls.streams.landmarks import to_image
from hls.streams.mirror import flip_table
from hls.streams.views import combined, first_views
from host.api.base import Backend, Result
from host.bundle.bundle import Bundle
from host.pictures.face_box import Square, crops, input_to_picture


@dataclass(frozen=True)
class Landmarks:
    """A face's landmarks (K, 2), float64 in the picture's pixels, and their scores (K,), int32:
    means over the views.

    `confidences` (K,) and `confidence` are probabilities that each is right and that all are a
    face's; None where the network was not calibrated for them. `is_face` is what its threshold
    says.
    """

    points: np.ndarray
    scores: np.ndarray
    confidences: np.ndarray | None = None
    confidence: float | None = None
    is_face: bool = True


def find_landmarks(
    backend: Backend, image: np.ndarray, boxes: Sequence[Square], views: int = 1
) -> list[Landmarks]:
    """Landmarks of the faces in `boxes` of an RGB picture, `views` inferences per face, all in one
    submission to the backend."""
    result = backend.infer(inputs_of(backend.bundle, image, boxes, views))
    return landmarks_of(backend.bundle, result, boxes, views)


def can_mirror(bundle: Bundle) -> bool:
    """Whether it is known which landmarks change places in the mirror image."""
    try:
        flip_table(bundle.landmarks)
    except InputError:
        return False
    return True


def check_views(bundle: Bundle, views: int) -> None:
    """InputError unless a face can be looked at `views` times."""
    if len(first_views(views)) > 1 and not can_mirror(bundle):
        raise InputError(
            f"--views {views}: left and right of {bundle.landmarks} landmarks are not known:"
            " use --views 1"
        )


def inputs_of(
    bundle: Bundle, image: np.ndarray, boxes: Sequence[Square], views: int = 1
) -> np.ndarray:
    """What the network sees, uint8 (faces * views, S, S, 3): all views of a face, then the next."""
    size, looks = bundle.input.tensor.width, first_views(views)
    squares = [box.scaled(bundle.crop_scale) for box in boxes]
    return np.concatenate([crops(image, square, size, looks) for square in squares])


def landmarks_of(
    bundle: Bundle, result: Result, boxes: Sequence[Square], views: int = 1
) -> list[Landmarks]:
    """What the results of `inputs_of` say together, a face for each box."""
    size, looks = bundle.input.tensor.width, first_views(views)
    by_view = [
        (view.back(to_image(result.landmarks[n::views], bundle.stride), size),
         view.in_order(result.scores[n::views]))
        for n, view in enumerate(looks)
    ]  # fmt: skip
    points, marks = (np.stack(values) for values in zip(*by_view, strict=True))
    scores = np.rint(marks.mean(axis=0)).astype(np.int32)
    found = zip(boxes, combined(points, marks, size), scores, strict=True)
    return [
        _landmarks(bundle, input_to_picture(places, box.scaled(bundle.crop_scale), size), mark)
        for box, places, mark in found
    ]


def _landmarks(bundle: Bundle, points: np.ndarray, scores: np.ndarray) -> Landmarks:
    known = bundle.confidence
    if known is None:
        return Landmarks(points, scores)
    whole = known.of_faces(scores)
    return Landmarks(
        points,
        scores,
        known.of_landmarks(scores),
        None if whole is None else float(whole),
        bool(known.is_face(scores)),
    )
