# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Peers that every machine has: Python processes that answer as the real ones do."""

from __future__ import annotations

import sys
from pathlib import Path

from bitstream_flow.benchmarks.peers.contestants import Peer

SIDE = 16
# Finds the brightest pixel, and the same one pixel lower; nothing in a picture that is black.
BRIGHTEST = """
def find(picture):
    print("not for the pipe")
    y, x = np.unravel_index(picture.sum(axis=2).argmax(), picture.shape[:2])
    return np.array([[x, y], [x, y + 1]]) if picture.any() else None
"""
DIES = """
def find(picture):
    raise RuntimeError("out of luck")
"""


def fake(
    name: str, code: str = BRIGHTEST, points: int = 2, zooms: tuple[float, ...] = (1.0,)
) -> Peer:
    """A peer that runs `code`, which defines `find`."""
    module = "bitstream_flow.benchmarks.peers.sides.answer"
    program = (
        f"import numpy as np\nfrom {module} import answer\n{code}\n"
        f"answer(find, 'fake 1.0', {points}, {SIDE})"
    )
    return Peer(name, (sys.executable, "-c", program), SIDE, zooms)


def missing(name: str, folder: Path) -> Peer:
    """A peer whose program is not there."""
    return Peer(name, (str(folder / "no-python"),), SIDE, (1.0,))
