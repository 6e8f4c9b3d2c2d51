# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""What bounds the chip: the part's LUTs, its block RAM ports, the memory port, the schedule.

A streaming chip keeps every weight and map inside, so that bytes from outside do not bound its
layers. The roofline is that of the weight memories: multiplications per second over multiplications
for each weight bit read. All layers work at once; their sum is what the roof is to be held against.
"""

from __future__ import annotations

from dataclasses import dataclass

from bitstream_flow.plan.mac_lanes import LaneUse
from bitstream_flow.plan.planner import USABLE
from bitstream_flow.report.contents import Contents
from hls.streams.encoding import axis_bytes
from hls.streams.tensor import Stream

# Both ports of a RAMB36, 36 bits each.
_PORT_BITS = 72


@dataclass(frozen=True)
class Bound:
    """The frame rate that one thing allows, and why."""

    name: str
    rate: float
    why: str


@dataclass(frozen=True)
class Point:
    """A matrix unit in the roofline: x multiplications for a weight bit, y multiplications/s."""

    name: str
    intensity: float
    rate: float
    block_ram: bool
    macs: int


@dataclass(frozen=True)
class Roofline:
    """Roofs in multiplications per second and weight bits per second, the layers, and their sum."""

    peak: float
    port_bits: float
    points: list[Point]
    total: Point

    @property
    def ridge(self) -> float:
        """Multiplications per weight bit from which LUTs, not RAM ports, are the limit."""
        return self.peak / self.port_bits


def roofline(contents: Contents) -> Roofline:
    """The roofline at the simulated frame rate."""
    board = contents.summary.build.board
    frames = contents.clock_hz / contents.cycles
    points = [_point(use, frames) for use in contents.lane_uses]
    bits = sum(use.weight_bits for use in contents.lane_uses)
    total = Point("all layers", contents.macs / bits, contents.macs * frames, False, contents.macs)
    return Roofline(
        USABLE * board.budget.lut / contents.summary.lut_per_lane * contents.clock_hz,
        USABLE * board.budget.bram36 * _PORT_BITS * contents.clock_hz,
        points,
        total,
    )


def _point(use: LaneUse, frames: float) -> Point:
    in_blocks = bool(use.op.block_ram)
    return Point(use.name, use.macs_per_weight_bit, use.macs * frames, in_blocks, use.macs)


def bounds(contents: Contents, roof: Roofline) -> list[Bound]:
    """Frame rates that each resource by itself would allow, the tightest first."""
    bits = sum(use.weight_bits for use in contents.lane_uses)
    single = sum(use.weight_bits * use.op.pixels_per_word for use in contents.lane_uses)
    streams = contents.graph.streams
    found = [
        Bound(
            "slowest operator",
            contents.clock_hz / contents.interval,
            f"{contents.interval:,} cycles per frame, as folded",
        ),
        Bound(
            "LUTs",
            roof.peak / contents.macs,
            f"{contents.macs:,} multiplications per frame on as many lanes as"
            f" {USABLE:.0%} of the LUTs hold at {contents.summary.lut_per_lane:.2f} a lane, all of"
            " them always at work",
        ),
        Bound(
            "weight ports",
            roof.port_bits / bits,
            f"{bits:,.0f} weight bits per frame, were they all read from {USABLE:.0%} of the block"
            f" RAMs, {_PORT_BITS} bits per cycle each; {single:,.0f} if no word served several"
            " pixels",
        ),
        _transfer("image in", streams[contents.graph.input], contents),
        _transfer("result out", streams[contents.graph.output], contents),
    ]
    return sorted(found, key=lambda bound: bound.rate)


def _transfer(name: str, stream: Stream, contents: Contents) -> Bound:
    """A beat per cycle, and no more bytes per cycle than the memory port carries."""
    port = contents.summary.build.board.memory_bits
    size = axis_bytes(stream.width_bits)
    cycles = stream.beats * max(1.0, 8 * size / port)
    return Bound(
        name,
        contents.clock_hz / cycles,
        f"{stream.beats:,} beats of {size} bytes per frame by DMA, a memory port of {port} bits",
    )
