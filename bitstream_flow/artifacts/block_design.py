# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""What the block design around an accelerator depends on: its streams, the board, the IP."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from bitstream_flow.artifacts.handoff import Design
from bitstream_flow.boards.board import Board
from hls.common.errors import InputError
from hls.common.records import load_record
from hls.streams.encoding import axis_bytes
from host.bundle.manifest import Manifest, Port
from host.bundle.seal import MANIFEST, REMEDY

# The widest stream that AXI DMA carries (PG021).
_STREAM_BITS_MAX = 1024


@dataclass(frozen=True)
class Core:
    """The accelerator as an IP: vendor:library:name, its clock and reset pin, and its folder.

    Without a folder Vivado packages it from the bundle's RTL.
    """

    vlnv: str
    clock: str
    reset: str
    folder: str = ""


PACKAGED = Core("binary-landmarks.org:user:accelerator_ip", "clk", "rst_n")


def design_of(bundle: Path, board: Board, core: Core = PACKAGED) -> Design:
    """What the block design around a bundle's accelerator depends on."""
    return design_for(load_record(Manifest, bundle / MANIFEST, REMEDY), board, core)


def design_for(manifest: Manifest, board: Board, core: Core = PACKAGED) -> Design:
    """The same from the bundle's manifest."""
    in_bits, out_bits = _axis_bits(manifest.input, "input"), _axis_bits(manifest.output, "output")
    return Design(board.processor, board.clock_mhz, board.memory_bits, in_bits, out_bits, core.vlnv)


def _axis_bits(port: Port, end: str) -> int:
    bits = 8 * axis_bytes(port.bits * port.lanes)
    if bits > _STREAM_BITS_MAX:
        raise InputError(
            f"the {end} stream is {bits} bits wide, AXI DMA carries {_STREAM_BITS_MAX}: ask for a"
            " lower frame rate"
        )
    return bits
