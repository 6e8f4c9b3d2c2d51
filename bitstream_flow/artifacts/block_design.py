# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""What the block design around an accelerator depends on: its streams, the board, the IP."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bitstream_flow.artifacts.handoff import Design
from bitstream_flow.boards.board import Board
from hls.common.errors import InputError
from hls.streams.encoding import axis_bytes

# The widest stream that AXI DMA carries (PG021).
_STREAM_BITS_MAX = 1024


@dataclass(frozen=True)
class Core:
    """The accelerator as an IP: vendor:library:name, its clock and reset pin, and where it lies.

    Without a folder Vivado packages it from the bundle's RTL.
    """

    vlnv: str
    clock: str
    reset: str
    folder: str = ""


PACKAGED = Core("binary-landmarks.org:user:accelerator_ip", "clk", "rst_n")


def design_of(bundle: Path, board: Board, core: Core = PACKAGED) -> Design:
    """What the block design around a bundle's accelerator depends on."""
    return design_for(json.loads((bundle / "manifest.json").read_text()), board, core)


def design_for(manifest: Mapping[str, Any], board: Board, core: Core = PACKAGED) -> Design:
    """The same from the bundle's manifest."""
    in_bits, out_bits = (_axis_bits(manifest, end) for end in ("input", "output"))
    return Design(board.processor, board.clock_mhz, board.memory_bits, in_bits, out_bits, core.vlnv)


def _axis_bits(manifest: Mapping[str, Any], end: str) -> int:
    port = manifest[end]
    bits = 8 * axis_bytes(port["bits"] * port["lanes"])
    if bits > _STREAM_BITS_MAX:
        raise InputError(
            f"the {end} stream is {bits} bits wide, AXI DMA carries {_STREAM_BITS_MAX}: ask for a"
            " lower frame rate"
        )
    return bits
