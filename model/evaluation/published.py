# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Published figures, the paper's (Bulat and Tzimiropoulos, ICCV 2017 and TPAMI 2020) and others',
and how sure they are.

The papers' tables were not at hand: figures come from authors' code, pages and abstracts, from
others' pages, or from memory, and every row says which. Networks whose name does not say another
one are the paper's; those that are not binary compute in real numbers.
"""

from __future__ import annotations

from dataclasses import dataclass

from model.evaluation.metrics import MPII_PARTS

AUTHORS = "read in the authors' own text"
OTHERS = "third party"
RECALLED = "recalled, unconfirmed"

PCKH, WEIGHTS, NME = "PCKh@0.5 %", "weights M", "NME %"
_JOINTS = (*(f"{part} %" for part in MPII_PARTS), PCKH)
_YAW = ("yaw 0-30", "yaw 30-60", "yaw 60-90", "mean of bins")
_NAN = float("nan")


@dataclass(frozen=True)
class Published:
    """A table: `data` is the format of its data set, a row (name, values, certainty).

    Columns are named as this project's own: a figure, or a subset whose NME it is. Values that are
    not known are left off the row's end, or NaN.
    """

    title: str
    data: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[float, ...], str], ...]


_PAPER = "Bulat and Tzimiropoulos, binary"
_MPII = (
    Published(
        "MPII validation: the bottleneck block, real and binary",
        "mpii",
        (*_JOINTS, WEIGHTS),
        (
            ("bottleneck, real", (94.9, 85.8, 76.9, 71.3, 78.1, 70.1, 63.2, 76.5, 3.5), RECALLED),
            ("bottleneck, binary", (90.5, 79.6, 63.0, 57.2, 71.1, 58.2, 53.4, 67.2, 3.5), RECALLED),
        ),
    ),
    Published(
        "MPII validation: binary blocks",
        "mpii",
        (PCKH, WEIGHTS),
        (
            ("block: bottleneck", (67.2, 3.5), RECALLED),
            ("block: wider", (70.7, 11.3), RECALLED),
            ("block: multi-scale", (69.3, 4.0), RECALLED),
            ("block: multi-scale without 1x1", (73.3, 9.3), RECALLED),
            ("block: hierarchical, parallel, multi-scale", (76.0, 6.2), RECALLED),
        ),
    ),
    Published(
        "MPII validation: stacks of the binary network",
        "mpii",
        (PCKH,),
        (
            (f"{_PAPER}, 1 stack", (78.1,), RECALLED),
            (f"{_PAPER}, 2 stacks", (79.9,), RECALLED),
            (f"{_PAPER}, 3 stacks", (81.3,), f"{OTHERS}; that it has 3 stacks: {RECALLED}"),
        ),
    ),
    Published(
        "MPII validation: the binary network",
        "mpii",
        _JOINTS,
        (
            (f"{_PAPER}, released model of 1.3 MB", (*[_NAN] * 7, 76.0), AUTHORS),
            (f"{_PAPER}, project page", (*[_NAN] * 7, 76.9), AUTHORS),
            (f"{_PAPER}, ICCV 2017", (94.7, 89.6, 78.8, 71.5, 79.1, 70.5, 64.0, 78.1), RECALLED),
            (f"{_PAPER}, TPAMI 2020", (*[_NAN] * 7, 81.3), OTHERS),
            ("the same, real", (96.8, 93.8, 86.4, 80.3, 87.0, 80.4, 75.7, 85.5), RECALLED),
        ),
    ),
    Published(
        "MPII validation: other networks",
        "mpii",
        (PCKH, WEIGHTS),
        (
            ("Improved training of binary networks, 2019", (80.9,), OTHERS),
            ("Matrix and tensor decompositions, binary, 2019", (82.5,), RECALLED),
            ("BiHRNet, binary, 2023", (87.9,), AUTHORS),
            ("Hourglass, 2 stacks of 128 channels", (86.58, 6.73), OTHERS),
            ("SimpleBaseline, ResNet-50", (88.53,), AUTHORS),
        ),
    ),
)
_FACES = (
    Published(
        "AFLW2000-3D: NME % in bins of yaw, the mean of bins and of images",
        "aflw2000-3d",
        (*_YAW, NME),
        (
            (_PAPER, (2.47, 3.01, 4.31, 3.26), f"{OTHERS}; the mean: {AUTHORS}"),
            (f"{_PAPER}, released model of 1.4 MB", (_NAN, _NAN, _NAN, 3.28), AUTHORS),
            ("3DDFA", (3.78, 4.54, 7.93, 5.42), OTHERS),
            ("3DDFA+SDM", (3.43, 4.24, 7.17, 4.94), OTHERS),
            ("PRN", (2.75, 3.51, 4.61, 3.62), OTHERS),
            ("3D-FAN, public code run by HGFPN's authors", (2.51, 3.27, 4.46, _NAN, 2.95), OTHERS),
            ("HGFPN", (*[_NAN] * 4, 2.71), OTHERS),
            ("HG2-CAB", (*[_NAN] * 4, 3.005), OTHERS),
            ("SAT2-CAB", (*[_NAN] * 4, 3.072), OTHERS),
        ),
    ),
    Published(
        "AFLW-PIFA: visible points",
        "aflw-pifa",
        (NME,),
        (
            (_PAPER, (3.02,), OTHERS),
            ("CALE", (2.96,), RECALLED),
            ("PAWF", (4.72,), RECALLED),
            ("RCPR", (6.26,), RECALLED),
            ("PIFA", (8.04,), RECALLED),
        ),
    ),
    Published(
        "AFLW-PIFA: all 34 points",
        "aflw-pifa-all",
        (NME,),
        ((_PAPER, (4.47,), OTHERS), ("CALE", (4.97,), RECALLED)),
    ),
    Published(
        "AFLW: NME % in bins of yaw",
        "aflw",
        _YAW,
        (
            (_PAPER, (2.77, 2.86, 2.90, 2.85), f"0-30 and mean: {OTHERS}; the others: {RECALLED}"),
            ("HyperFace", (_NAN, _NAN, _NAN, 4.26), RECALLED),
            ("All-in-One", (_NAN, _NAN, _NAN, 2.96), RECALLED),
        ),
    ),
)
PUBLISHED = _MPII + _FACES
