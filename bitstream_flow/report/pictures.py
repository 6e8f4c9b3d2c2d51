# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""The dataflow as pictures: one of all blocks, and one of each block's operators."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from bitstream_flow.report.blocks import Link
from bitstream_flow.report.contents import Contents, FifoRow, Row
from bitstream_flow.report.layout import Layout, Place, arrange

WIDTH, HEIGHT = 158, 36
# From one column, or row, to the next.
ACROSS, DOWN = 178, 66
MARGIN = 16
_BEND = 26
# Characters that fit into a box.
_TITLE_MAX = 25
# Kinds that only pass beats on: a block is not named after them.
_PLUMBING = ("width_converter", "stream_fork")


@dataclass(frozen=True)
class Box:
    """A node: its corner, what it says, and the share of the bottleneck that it is busy."""

    x: int
    y: int
    kind: str
    title: str
    note: str
    tip: str
    share: float


@dataclass(frozen=True)
class Wire:
    """An edge as an SVG path, and its label with the place of it."""

    path: str
    label: str
    x: int
    y: int
    tip: str


@dataclass(frozen=True)
class Picture:
    """A drawn graph."""

    name: str
    width: int
    height: int
    boxes: list[Box]
    wires: list[Wire]
    busiest: float


def overview(contents: Contents) -> Picture:
    """Every block, a column for each resolution, so that an hourglass looks like one."""
    blocks = contents.blocks
    sizes = sorted({blocks.pixels(name) for name in blocks.members}, reverse=True)
    columns = {name: sizes.index(blocks.pixels(name)) for name in blocks.members}
    last = blocks.of[contents.graph.producers[contents.graph.output][0].name]
    columns |= {contents.graph.input: 0, _out(contents): columns[last]}
    rows: dict[str, list[Row]] = defaultdict(list)
    for row in contents.operators:
        rows[row.block].append(row)
    boxes = {name: _block_box(name, rows[name]) for name in blocks.members}
    fifos: dict[tuple[str, str], list[FifoRow]] = defaultdict(list)
    by_name = {row.name: row for row in contents.fifos}
    for link in blocks.links:
        source, target = _outer(contents, link.source), _outer(contents, link.target)
        if source != target:
            fifos[source, target].append(by_name[link.edge])
    labels = {ends: _memory_label(found) for ends, found in fifos.items()}
    return _draw("chip", _with_ports(contents, boxes), labels, columns)


def details(contents: Contents) -> list[Picture]:
    """A picture of each block that has more than one operator."""
    rows = {row.name: row for row in contents.operators}
    by_name = {row.name: row for row in contents.fifos}
    found = []
    for block, nodes in contents.blocks.members.items():
        if len(nodes) == 1:
            continue
        links = [
            link
            for link in contents.blocks.links
            if block in (_outer(contents, link.source), _outer(contents, link.target))
        ]
        own = {node.name: _operator_box(block, rows[node.name]) for node in nodes}
        ends = {link: _ends(contents, link, own) for link in links}
        sources = {source: _port(source, link.edge) for link, (source, _) in ends.items()}
        targets = {target: _port(target, link.edge) for link, (_, target) in ends.items()}
        labels = {ends[link]: _depth_label(by_name[link.edge]) for link in links}
        # In topological order: the input, the operators, the output.
        found.append(_draw(block, _ordered(sources, own, targets), labels))
    return found


def _ends(contents: Contents, link: Link, own: Collection[str]) -> tuple[str, str]:
    """The operators at a stream's ends, or where it comes from and leads to outside the block."""
    source, target = link.source, link.target
    return (
        source if source in own else f"from {_outer(contents, source)}",
        target if target in own else f"to {_outer(contents, target)}",
    )


def _ordered(
    sources: Mapping[str, Box], own: Mapping[str, Box], targets: Mapping[str, Box]
) -> dict[str, Box]:
    first = {name: box for name, box in sources.items() if name not in own}
    last = {name: box for name, box in targets.items() if name not in own}
    return first | dict(own) | last


def _out(contents: Contents) -> str:
    """The name of the box downstream of the chip; its last tensor's may be a block's, too."""
    return f"{contents.graph.output} out"


def _outer(contents: Contents, name: str) -> str:
    """The block of an operator, or the end of the chip."""
    if name == contents.graph.output:
        return _out(contents)
    return contents.blocks.of.get(name, name)


def _with_ports(contents: Contents, boxes: Mapping[str, Box]) -> dict[str, Box]:
    first, last = contents.graph.input, _out(contents)
    return {
        first: _port(first, "from the DMA"),
        **boxes,
        last: _port(contents.graph.output, "to the DMA"),
    }


def _port(title: str, note: str) -> Box:
    return Box(0, 0, "port", _short(title), _short(note), f"{title} {note}", 0.0)


def _short(name: str) -> str:
    """A name, without its first parts where it is too long for a box."""
    if len(name) <= _TITLE_MAX:
        return name
    parts = name.split(".")
    while len(parts) > 1 and len(".".join(parts)) >= _TITLE_MAX:
        parts.pop(0)
    return f"…{'.'.join(parts)}"


def _block_box(name: str, rows: Sequence[Row]) -> Box:
    slowest = max(rows, key=lambda row: row.op.cycles)
    main = max(rows, key=lambda row: (row.lanes, row.kind not in _PLUMBING, row.op.cycles)).kind
    tensor = rows[-1].op.outputs[0].tensor
    shape = "x".join(map(str, tensor.shape))
    lut, bram = sum(r.mapped.lut for r in rows), sum(r.mapped.bram36 for r in rows)
    tip = (
        f"{name}: {len(rows)} operators, gives {shape} of {tensor.bits} bits; slowest"
        f" {slowest.name}, {slowest.op.cycles:,} cycles ({slowest.share:.0%});"
        f" {sum(r.lanes for r in rows)} MAC lanes; {lut:,.0f} LUT and {bram:g} BRAM36 mapped,"
        " FIFOs not counted"
    )
    return Box(0, 0, main, _short(name), f"{shape} · {lut:,.0f} LUT", tip, slowest.share)


def _operator_box(block: str, row: Row) -> Box:
    title = row.name.removeprefix(f"{block}.").removesuffix(f".{row.kind}")
    tip = (
        f"{row.name}: {row.kind}, {row.fold}; {row.op.cycles:,} cycles per frame ({row.share:.0%}"
        f" of the slowest); mapped {row.mapped.lut:,.0f} LUT, {row.mapped.ff:,.0f} FF,"
        f" {row.mapped.bram36:g} BRAM36, {row.mapped.dsp:g} DSP"
    )
    return Box(0, 0, row.kind, _short(title), f"{row.kind} · {row.op.cycles:,}", tip, row.share)


def _depth_label(row: FifoRow) -> tuple[str, str]:
    seen = "not simulated" if row.fill is None else str(row.fill)
    tip = (
        f"{row.name}: FIFO of {row.depth} beats of {row.width_bits} bits, at least {row.least};"
        f" at most {seen} in simulation"
    )
    return f"{row.depth:,}" if row.depth else "", tip


def _memory_label(rows: Sequence[FifoRow]) -> tuple[str, str]:
    bits = sum(row.bits for row in rows)
    text = f"{bits / 1024:.1f} Kib" if bits >= 1024 else f"{bits} b" if bits else ""
    return text, "; ".join(_depth_label(row)[1] for row in rows)


def _draw(
    name: str,
    boxes: Mapping[str, Box],
    labels: Mapping[tuple[str, str], tuple[str, str]],
    columns: Mapping[str, int] | None = None,
) -> Picture:
    """Place boxes, in topological order, and wires."""
    layout = arrange(list(boxes), labels, columns)
    placed = [
        Box(*_corner(layout.places[key]), b.kind, b.title, b.note, b.tip, b.share)
        for key, b in boxes.items()
    ]
    wires = [_wire(layout, ends, *text) for ends, text in labels.items()]
    width = 2 * MARGIN + (layout.columns - 1) * ACROSS + WIDTH
    height = 2 * MARGIN + (layout.rows - 1) * DOWN + HEIGHT
    return Picture(name, width, height, placed, wires, max(box.share for box in placed))


def _corner(place: Place) -> Place:
    return MARGIN + place[0] * ACROSS, MARGIN + place[1] * DOWN


def _wire(layout: Layout, ends: tuple[str, str], label: str, tip: str) -> Wire:
    """Out at the bottom, across to the column in which it passes rows, in at the top."""
    (first, start), (last, end) = (layout.places[name] for name in ends)
    column = layout.detours[ends]
    x0, y0 = _corner((first, start))
    x1, y1 = _corner((last, end))
    through = _corner((column, 0))[0] + WIDTH // 2
    x0, x1, y0 = x0 + WIDTH // 2, x1 + WIDTH // 2, y0 + HEIGHT
    points = [(x0, y0), (through, y0 + _BEND), (through, y1 - _BEND), (x1, y1)]
    if end - start == 1:
        points = [(x0, y0), (x1, y1)]
    path = f"M{x0} {y0}" + "".join(_curve(a, b) for a, b in pairwise(points))
    if end - start > 1:
        return Wire(path, label, through + 4, (y0 + y1) // 2, tip)
    x, y = (x1, y1 - 7) if x0 == x1 else ((x0 + x1) // 2, (y0 + y1) // 2 - 2)
    return Wire(path, label, x + 4, y, tip)


def _curve(start: Place, end: Place) -> str:
    if start[0] == end[0]:
        return f"V{end[1]}"
    middle = (start[1] + end[1]) // 2
    return f"C{start[0]} {middle} {end[0]} {middle} {end[0]} {end[1]}"
