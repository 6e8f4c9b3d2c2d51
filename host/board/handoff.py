# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""What host/ relies on in a bundle's hardware handoff (.hwh), read without pynq."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from xml.etree import ElementTree as ET

from hls.common.errors import InputError
from host.board.frames import FramePort
from host.bundle.bundle import Bundle

REMEDY = "run Vivado again, or bring the bundle's own overlay.hwh"
_VENDOR = "binary-landmarks.org:"


def modules(path: Path) -> dict[str, dict[str, str]]:
    """Block -> its parameters by their names; the later of two spellings wins, as with pynq.

    `VLNV` among them is the block's own vendor:library:name:version. No handoff: InputError.
    """
    try:
        root = ET.parse(path).getroot()
    except (OSError, ET.ParseError) as error:
        raise InputError(f"{path} is no hardware handoff: {error}") from None
    return {
        module.get("INSTANCE", ""): {
            "VLNV": module.get("VLNV", ""),
            **{p.get("NAME", ""): p.get("VALUE", "") for p in module.iter("PARAMETER")},
        }
        for module in root.iter("MODULE")
    }


def check_handoff(path: Path, bundle: Bundle) -> None:
    """Raise InputError unless the handoff is of an overlay round this bundle's accelerator."""
    found = modules(path)
    for block in ("dma", "accelerator"):
        if block not in found:
            raise InputError(f"{path}: no block called {block}: {REMEDY}")
    core = found["accelerator"]["VLNV"]
    if not core.startswith(_VENDOR):
        raise InputError(f"{path}: the accelerator is {core or 'nameless'}, not ours: {REMEDY}")
    _check_dma(path, found["dma"], bundle)


def _check_dma(path: Path, found: Mapping[str, str], bundle: Bundle) -> None:
    send, receive = FramePort(bundle.input), FramePort(bundle.output)
    wanted = {
        "c_include_sg": 0,
        "c_include_mm2s": 1,
        "c_include_s2mm": 1,
        "c_m_axis_mm2s_tdata_width": 8 * send.beat_bytes,
        "c_s_axis_s2mm_tdata_width": 8 * receive.beat_bytes,
    }
    for name, value in wanted.items():
        if found.get(name) != str(value):
            raise InputError(
                f"{path}: {name} of the DMA is {found.get(name, 'missing')}, this bundle's is"
                f" {value}: {REMEDY}"
            )
    length = int(found.get("c_sg_length_width", 0))
    largest = max(send.frame_bytes, receive.room_bytes)
    if largest >= 1 << length:
        raise InputError(
            f"{path}: c_sg_length_width of the DMA is {length}, too little for transfers"
            f" of {largest} bytes: {REMEDY}"
        )
