# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""What is built: a folded graph and the FIFO in each of its streams."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hls.common.errors import InputError
from hls.graph.graph import Graph
from hls.operators.fifo import Fifo
from hls.streams.tensor import Stream


@dataclass(frozen=True)
class Chip:
    """A graph whose operators agree on every stream's lanes, and the FIFO of each edge by its name.

    InputError where they don't: a width converter or a FIFO is missing.
    """

    graph: Graph
    fifos: Mapping[str, Fifo]

    def __post_init__(self) -> None:
        for name, stream in self.edges.items():
            taker, port = self.graph.consumers.get(name, (None, 0))
            if taker and taker.op.inputs[port].lanes != stream.lanes:
                raise InputError(f"edge {name}: {taker.name} takes other lanes than {stream.lanes}")
            fifo = self.fifos.get(name)
            # A FIFO does not care whose beats take turns.
            if fifo is None or (fifo.tensor, fifo.lanes) != (stream.tensor, stream.lanes):
                raise InputError(f"edge {name} has no FIFO for {stream}")

    @property
    def edges(self) -> dict[str, Stream]:
        """Every edge's stream, the chip's input first."""
        return self.graph.streams

    @property
    def interval(self) -> int:
        """Cycles per frame of the slowest operator."""
        return self.graph.interval

    @property
    def ends(self) -> tuple[Stream, Stream]:
        """The streams that enter and leave the chip."""
        return self.edges[self.graph.input], self.edges[self.graph.output]
