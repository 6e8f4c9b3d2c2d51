# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Which FIFOs are stored in UltraRAM, on a part that has it, and which need wider beats for that.

UltraRAM starts without contents and has an output latch as block RAM has, so that neither a FIFO's
depth nor its latency changes. But its words are always 72 bits wide, and the long skips of an
hourglass carry one channel per beat.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from hls.graph.graph import Graph
from hls.operators.fifo import Fifo, in_block_ram
from hls.operators.memory_cost import ULTRA_RAM_WIDTH
from hls.operators.resources import Resources
from hls.operators.width_converter import WidthConverter
from hls.streams.tensor import Stream

_MEMORIES = ("bram36", "uram")
# Block RAM of a FIFO that is worth two converters.
_WORTH_WIDENING = 1.0


def lanes_for_ultra_ram(graph: Graph, fifos: Mapping[str, Fifo]) -> dict[str, int]:
    """Edge -> the lanes that fill a word of UltraRAM, of long FIFOs with narrower beats."""
    found = {}
    for name, fifo in fifos.items():
        ends = [graph.producers.get(name), graph.consumers.get(name)]
        inside = all(end and not isinstance(end[0].op, WidthConverter) for end in ends)
        lanes = _filling(fifo.inputs[0])
        if inside and fifo.resources().bram36 >= _WORTH_WIDENING and lanes > fifo.lanes:
            found[name] = lanes
    return found


def _filling(stream: Stream) -> int:
    """The most lanes that a word holds, a multiple of the stream's own."""
    most = ULTRA_RAM_WIDTH // stream.tensor.bits
    fitting = range(stream.lanes, min(most, stream.tensor.channels) + 1, stream.lanes)
    return max((n for n in fitting if stream.tensor.channels % n == 0), default=stream.lanes)


def with_ultra_ram(
    fifos: Mapping[str, Fifo], others: Resources, budget: Resources
) -> dict[str, Fifo]:
    """The FIFOs, as many of them in UltraRAM as leave most of the scarcer of both memories.

    `others` is what all else takes. Those that free most block RAM for an UltraRAM come first.
    """
    used = sum((fifo.resources() for fifo in fifos.values()), others)
    found = dict(fifos)
    moves = {
        name: replace(fifo, ultra_ram=1) for name, fifo in fifos.items()
        if in_block_ram(fifo.depth, fifo.inputs[0].width_bits)
    }  # fmt: skip
    for name in sorted(moves, key=lambda name: _freed(fifos[name], moves[name]), reverse=True):
        after = used - fifos[name].resources() + moves[name].resources()
        if _scarcer(after, budget) > _scarcer(used, budget):
            break
        found[name], used = moves[name], after
    return found


def _freed(before: Fifo, after: Fifo) -> float:
    """Block RAM that a move frees, for each UltraRAM that it takes."""
    return before.resources().bram36 / after.resources().uram


def _scarcer(used: Resources, budget: Resources) -> float:
    """The larger share of both memories that is taken."""
    shares = used.shares(budget)
    return max(shares.get(name, 0.0) for name in _MEMORIES)
