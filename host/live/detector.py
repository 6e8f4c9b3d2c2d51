# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""The face detector beside the stream: it is slow, so that it has a thread of its own."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np

from host.pictures.face_box import Square, find_faces


class Detector:
    """Finds faces in one picture at a time.

    With `wait`, an answer is there as soon as it was asked for, which makes results independent
    of the machine's speed; without, it comes when the detector is done, and the stream goes on.
    """

    def __init__(self, wait: bool, find: Callable[[np.ndarray], list[Square]] = find_faces) -> None:
        self._wait, self._find = wait, find
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="detector")
        self._job: Future[list[Square]] | None = None

    @property
    def busy(self) -> bool:
        """Whether an answer is still to be fetched."""
        return self._job is not None

    def ask(self, image: np.ndarray) -> None:
        """Look at this picture (RGB), which must not change; only when not busy."""
        self._job = self._worker.submit(self._find, image)

    def answer(self) -> list[Square] | None:
        """The faces of the picture that was asked for, once; None while there is no answer."""
        job = self._job
        if job is None or not (self._wait or job.done()):
            return None
        self._job = None
        return job.result()

    def close(self) -> None:
        """End the thread."""
        self._worker.shutdown()
