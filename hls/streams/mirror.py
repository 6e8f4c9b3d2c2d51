# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Which landmark becomes which in the mirror image: left and right change places."""

from __future__ import annotations

from functools import cache

import numpy as np

from hls.common.errors import InputError

# iBUG order: jaw 0-16, brows 17-26, nose 27-35, eyes 36-47, mouth 48-67.
_FACE_PAIRS = (
    [(i, 16 - i) for i in range(8)]
    + [(17 + i, 26 - i) for i in range(5)]
    + [(31, 35), (32, 34)]
    + [(36, 45), (37, 44), (38, 43), (39, 42), (40, 47), (41, 46)]
    + [(48, 54), (49, 53), (50, 52), (55, 59), (56, 58), (60, 64), (61, 63), (65, 67)]
)
# LSP order: ankle, knee, hip and back down; wrist, elbow, shoulder and back down; neck, head top.
_POSE_PAIRS = [(i, 5 - i) for i in range(3)] + [(6 + i, 11 - i) for i in range(3)]
# MPII order: legs as in LSP; pelvis, thorax, neck, head top; arms.
_MPII_PAIRS = [(i, 5 - i) for i in range(3)] + [(10 + i, 15 - i) for i in range(3)]
# AFLW order: brows 0-5, eyes 6-11, ears and nose 12-16, mouth 17-19, chin 20.
_AFLW_PAIRS = [(i, 5 - i) for i in range(3)] + [(6 + i, 11 - i) for i in range(3)]
_AFLW_PAIRS += [(12, 16), (13, 15), (17, 19)]


@cache
def flip_table(landmarks: int) -> np.ndarray:
    """Where each landmark goes when left and right change places (an involution); read only."""
    tables = {68: _FACE_PAIRS, 14: _POSE_PAIRS, 16: _MPII_PAIRS, 21: _AFLW_PAIRS}
    pairs = tables.get(landmarks)
    if pairs is None:
        known = ", ".join(map(str, sorted(tables)))
        raise InputError(
            f"no left/right table for {landmarks} landmarks ({known} are known): set data.flip = 0"
            " and use a single view"
        )
    table = np.arange(landmarks)
    for left, right in pairs:
        table[left], table[right] = right, left
    table.flags.writeable = False
    return table
