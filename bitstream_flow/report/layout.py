# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Where to draw the nodes of a dataflow graph: a row per step, skips in columns of their own.

A node's row is the length of the longest path from the start, so that every edge leads down. Nodes
stand below the one that they follow where they can; the one with the longest path downstream comes
first, so that the main chain is straight. An edge that passes rows keeps to one free column.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

Edge = tuple[str, str]
Place = tuple[int, int]


@dataclass(frozen=True)
class Layout:
    """(column, row) of every node, and of every edge the column in which it passes rows."""

    places: dict[str, Place]
    detours: dict[Edge, int]

    @property
    def columns(self) -> int:
        """How many columns there are."""
        used = [*(column for column, _ in self.places.values()), *self.detours.values()]
        return 1 + max(used, default=0)

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return 1 + max((row for _, row in self.places.values()), default=0)


def arrange(
    nodes: Sequence[str], edges: Iterable[Edge], columns: Mapping[str, int] | None = None
) -> Layout:
    """Lay out `nodes`, in topological order, in the `columns` that are wished for, if any."""
    edges = list(dict.fromkeys(edges))
    rows = _rows(nodes, edges)
    taken: set[Place] = set()
    places: dict[str, Place] = {}
    remaining = _rows(nodes[::-1], [(target, source) for source, target in edges])
    for name in sorted(nodes, key=lambda name: (rows[name], -remaining[name])):
        ahead = [source for source, target in edges if target == name]
        ahead = [source for source in ahead if rows[source] == rows[name] - 1]
        wished = columns[name] if columns else min((places[n][0] for n in ahead), default=0)
        places[name] = _free(wished, [rows[name]], taken), rows[name]
        taken.add(places[name])
    detours: dict[Edge, int] = {}
    for source, target in sorted(edges, key=lambda edge: rows[edge[1]] - rows[edge[0]]):
        (first, start), (last, end) = places[source], places[target]
        between = range(start + 1, end)
        wished = max(first, last) if columns is None else min(first, last)
        detours[source, target] = _free(wished, between, taken) if between else last
        taken.update((detours[source, target], row) for row in between)
    return Layout(places, detours)


def _rows(nodes: Sequence[str], edges: Iterable[Edge]) -> dict[str, int]:
    before: dict[str, list[str]] = {name: [] for name in nodes}
    for source, target in edges:
        before[target].append(source)
    rows: dict[str, int] = {}
    for name in nodes:
        rows[name] = 1 + max(
            (rows[source] for source in before[name] if source in rows), default=-1
        )
    return rows


def _free(wished: int, rows: Iterable[int], taken: set[Place]) -> int:
    """The first column from the wished one to the right that is free in all rows."""
    rows, column = list(rows), wished
    while any((column, row) in taken for row in rows):
        column += 1
    return column
