# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""`--bench N`: what each stage takes on this machine, and how good the results are."""

from __future__ import annotations

import os
from collections.abc import Callable

import numpy as np

from host.api.base import Backend
from host.live.pipeline import Found, Pipeline, Sink
from host.page.feed import encode
from host.pictures.packed import Packed, accuracy

# Blank frames before the clock starts: memory is touched, lazily made tables are filled.
_WARM_UP = 2


class Encoder(Sink):
    """Makes each frame the JPEG that a page would send, and throws it away."""

    draws = True

    def __init__(self, quality: int) -> None:
        self._quality = quality

    def put(self, found: Found, picture: np.ndarray) -> None:
        encode(picture, self._quality)


def warm_up(backend: Backend) -> None:
    """Run a few frames that no clock sees."""
    shape = backend.bundle.input.tensor.shape
    backend.infer(np.zeros((_WARM_UP, *shape), np.uint8))


def report(
    backend: Backend, pipeline: Pipeline, source: str, data: Packed | None,
    write: Callable[[str], None],
) -> None:  # fmt: skip
    """The table and the lines below it; with a data set, the accuracy too."""
    write(pipeline.stages.table(backend.stages))
    rate = pipeline.frames / pipeline.seconds if pipeline.seconds else 0.0
    load = os.getloadavg()[0]
    write(
        f"{rate:.1f} frames/s end to end, {pipeline.frames} frames of {source},"
        f" {backend.bundle.name}, backend {backend.name}, load average {load:.1f}"
    )
    write(f"{backend.name}: {backend.statistics}")
    if data is not None:
        write(f"accuracy: {accuracy(backend, data, pipeline.views.count)}")
