# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Which FIFO hangs a dataflow: read from the FIFOs' fill when nothing moves any more.

An accelerator that hangs does so at a join (add, concat): one of its inputs has run full, so that
the fork before it stands still, while another waits for beats which that fork would have to pass.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol


class FifoFill(Protocol):
    """What is read of a FIFO; hls.simulate.rtl.FifoState has it."""

    @property
    def name(self) -> str:
        """The tensor that it carries."""

    @property
    def depth(self) -> int:
        """Beats that it can hold."""

    @property
    def fill(self) -> int:
        """Beats that it holds."""


def blame(
    joins: Mapping[str, Sequence[str]], fifos: Iterable[FifoFill]
) -> tuple[str, FifoFill] | None:
    """The join that hangs and its FIFO that is too small; None where no join explains it.

    `joins` in the order of the data flow: a later join starves because an earlier one hangs, so
    the first that fits is the cause.
    """
    states = {fifo.name: fifo for fifo in fifos}
    for join, names in joins.items():
        inputs = [states[name] for name in names if name in states]
        full = [fifo for fifo in inputs if fifo.fill >= fifo.depth]
        if full and any(fifo.fill == 0 for fifo in inputs):
            return join, min(full, key=lambda fifo: fifo.depth)
    return None


def explain(joins: Mapping[str, Sequence[str]], fifos: Iterable[FifoFill]) -> str:
    """The deadlock in one line, with the FIFO's name and the remedy."""
    found = blame(joins, fifos)
    if found is None:
        return "deadlock: nothing moves any more, yet no FIFO before a join is full"
    join, fifo = found
    return (
        f"deadlock: FIFO {fifo.name} (depth {fifo.depth}) is full while another input of join"
        f" {join} is empty; it is too small, give it more depth"
    )
