# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Every operator of the library, by the name that manifests, RTL and reports use."""

from __future__ import annotations

from hls.common.errors import InputError
from hls.operators.add_clip import AddClip
from hls.operators.average_pool import AveragePool
from hls.operators.concat import Concat
from hls.operators.fifo import Fifo
from hls.operators.int_mvu import IntMvu
from hls.operators.landmark_decode import LandmarkDecode
from hls.operators.max_pool import MaxPool
from hls.operators.operator import Operator
from hls.operators.pad import Pad
from hls.operators.scale_clip import ScaleClip
from hls.operators.stream_fork import Fork
from hls.operators.threshold import Threshold
from hls.operators.upsample import Upsample
from hls.operators.width_converter import WidthConverter
from hls.operators.window import Window
from hls.operators.xnor_mvu import XnorMvu

OPERATORS: dict[str, type[Operator]] = {
    kind.module: kind
    for kind in (
        AddClip, AveragePool, Concat, Fifo, Fork, IntMvu, LandmarkDecode, MaxPool, Pad, ScaleClip,
        Threshold, Upsample, WidthConverter, Window, XnorMvu,
    )
}  # fmt: skip


def operator_class(module: str) -> type[Operator]:
    """The operator class called `module`; an unknown name is an InputError."""
    try:
        return OPERATORS[module]
    except KeyError:
        known = ", ".join(sorted(OPERATORS))
        raise InputError(f"unknown operator {module!r}; this version knows {known}") from None
