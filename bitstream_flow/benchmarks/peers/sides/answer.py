# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""How a peer's process answers: a line of JSON, then seconds and points for every picture.

stdin brings pictures (S, S, 3) uint8 RGB, one after the other; stdout gets
`{"version": …, "points": M}` and for each picture a float64, the CPU time of all threads in
seconds, and float32 (M, 2), x and y in the picture's pixels (integer centres) or NaN.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable

import numpy as np

# A picture -> points (M, 2) in its pixels, or None where no face is found.
Find = Callable[[np.ndarray], "np.ndarray | None"]


def answer(find: Find, version: str, points: int, side: int) -> None:
    """Answer every picture until stdin ends; what else is printed goes to stderr."""
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    out.write(json.dumps({"version": version, "points": points}).encode() + b"\n")
    out.flush()
    nowhere = np.full((points, 2), np.nan)
    while data := sys.stdin.buffer.read(side * side * 3):
        picture = np.frombuffer(data, np.uint8).reshape(side, side, 3)
        start = time.process_time()
        found = find(picture)
        seconds = time.process_time() - start
        out.write(np.float64(seconds).tobytes())
        out.write((nowhere if found is None else found).astype(np.float32).tobytes())
        out.flush()
