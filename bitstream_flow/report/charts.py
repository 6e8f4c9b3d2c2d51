# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Charts as shapes: the template writes them down as SVG, in user units of about a pixel."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import ceil, floor, log10

from bitstream_flow.plan.budget import titles
from bitstream_flow.report.contents import FIFO, Contents
from bitstream_flow.report.roofline import Roofline
from hls.operators.registry import operator_class


@dataclass(frozen=True)
class Axis:
    """A logarithmic axis from `low` to `high`, drawn from `start` to `end`."""

    low: float
    high: float
    start: float
    end: float

    @classmethod
    def over(cls, values: Iterable[float], start: float, end: float) -> Axis:
        """Whole decades around `values`, all above 0."""
        values = list(values)
        low, high = floor(log10(min(values))), ceil(log10(max(values)))
        return cls(10.0**low, 10.0 ** max(high, low + 1), start, end)

    def at(self, value: float) -> float:
        """The coordinate of a value."""
        share = log10(value / self.low) / log10(self.high / self.low)
        return round(self.start + share * (self.end - self.start), 1)

    @property
    def ticks(self) -> list[tuple[float, float]]:
        """(value, place) of every decade."""
        steps = round(log10(self.high / self.low))
        values = [self.low * 10.0**step for step in range(steps + 1)]
        return [(value, self.at(value)) for value in values]


@dataclass(frozen=True)
class Dot:
    """One point of a chart."""

    x: float
    y: float
    style: str
    tip: str


@dataclass(frozen=True)
class Plot:
    """A chart on two logarithmic axes: dots, and lines as lists of corners."""

    x: Axis
    y: Axis
    dots: list[Dot]
    lines: dict[str, list[tuple[float, float]]]


@dataclass(frozen=True)
class Part:
    """One part of a stacked bar, in shares of the whole bar."""

    label: str
    kind: str
    value: float
    start: float
    size: float


LEFT, RIGHT, TOP, BOTTOM = 64, 700, 14, 300


def roofline_plot(roof: Roofline) -> Plot:
    """The weight memories' roofline; y is in multiplications per second."""
    points = [*roof.points, roof.total]
    intensities = [point.intensity for point in points]
    x = Axis.over([*intensities, roof.ridge, 2 * max(intensities)], LEFT, RIGHT)
    y = Axis.over([*(point.rate for point in points), 2 * roof.peak], BOTTOM, TOP)
    low = max(x.low, y.low / roof.port_bits)
    corners = [
        (low, low * roof.port_bits),
        (roof.ridge, roof.peak),
        (x.high, roof.peak),
    ]
    dots = [
        Dot(
            x.at(point.intensity),
            y.at(point.rate),
            "total" if point is roof.total else "block" if point.block_ram else "lut",
            f"{point.name}: {point.rate / 1e9:.3g} GMAC/s,"
            f" {point.macs:,} multiplications per frame,"
            f" {point.intensity:.3g} for each weight bit read",
        )
        for point in points
    ]
    return Plot(x, y, dots, {"roof": [(x.at(a), y.at(b)) for a, b in corners]})


def error_plot(contents: Contents) -> Plot | None:
    """Predicted over mapped LUTs of every operator that has any; None if none has."""
    rows = [row for row in contents.operators if row.mapped.lut and row.predicted.lut]
    if not rows:
        return None
    values = [value for row in rows for value in (row.mapped.lut, row.predicted.lut)]
    x, y = Axis.over(values, LEFT, RIGHT), Axis.over(values, BOTTOM, TOP)
    dots = [
        Dot(
            x.at(row.mapped.lut),
            y.at(row.predicted.lut),
            f"k-{row.kind}",
            f"{row.name}: {row.mapped.lut:g} LUT mapped, {row.predicted.lut:.0f} predicted",
        )
        for row in rows
    ]
    return Plot(x, y, dots, {"equal": [(LEFT, BOTTOM), (RIGHT, TOP)]})


def stack(values: Mapping[tuple[str, str], float], whole: float) -> list[Part]:
    """Parts (label, kind) -> amount side by side, the largest first, as shares of `whole`."""
    parts, start = [], 0.0
    for (label, kind), value in sorted(values.items(), key=lambda item: -item[1]):
        if value:
            parts.append(Part(label, kind, value, start / whole, value / whole))
            start += value
    return parts


def stacks(contents: Contents) -> dict[str, list[Part]]:
    """Where each resource goes, by kind of operator, as shares of what the chip uses."""
    found = {}
    for name in titles(contents.summary.build.board):
        values = {
            (kind, kind): sum(getattr(row.mapped, name) for row in rows)
            for kind, rows in contents.by_kind.items()
        }
        values[FIFO, FIFO] = sum(getattr(row.mapped, name) for row in contents.fifos)
        found[name] = stack(values, sum(values.values()) or 1.0)
    return found


def memory(contents: Contents) -> list[Part]:
    """Block RAM by what is stored in it, as shares of the part's."""
    values: dict[tuple[str, str], float] = {}
    for kind, rows in contents.by_kind.items():
        purpose = operator_class(kind).purpose
        key = purpose or kind, "xnor_mvu" if purpose == "weights" else kind
        values[key] = values.get(key, 0.0) + sum(row.mapped.bram36 for row in rows)
    values["FIFOs", FIFO] = sum(row.mapped.bram36 for row in contents.fifos)
    return stack(values, contents.summary.build.board.budget.bram36)
