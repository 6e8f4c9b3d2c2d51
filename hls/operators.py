# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Every operator of the library, by the name that manifests, RTL and reports use."""

from __future__ import annotations

from hls.add_clip import AddClip
from hls.concat import Concat
from hls.errors import InputError
from hls.fifo import Fifo
from hls.fork import Fork
from hls.int_mvu import IntMvu
from hls.landmark_decode import LandmarkDecode
from hls.max_pool import MaxPool
from hls.operator import Operator
from hls.pad import Pad
from hls.scale_clip import ScaleClip
from hls.threshold import Threshold
from hls.upsample import Upsample
from hls.width_converter import WidthConverter
from hls.window import Window
from hls.xnor_mvu import XnorMvu

OPERATORS: dict[str, type[Operator]] = {
    kind.module: kind
    for kind in (
        AddClip, Concat, Fifo, Fork, IntMvu, LandmarkDecode, MaxPool, Pad, ScaleClip, Threshold,
        Upsample, WidthConverter, Window, XnorMvu,
    )
}  # fmt: skip


def operator_class(module: str) -> type[Operator]:
    """The operator class called `module`; an unknown name is an InputError."""
    try:
        return OPERATORS[module]
    except KeyError:
        known = ", ".join(sorted(OPERATORS))
        raise InputError(f"unknown operator {module!r}; this version knows {known}") from None
