# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""The table at the end of a build: cycles, frame rate, resources against the board, equality."""

from __future__ import annotations

import io
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property

from rich.console import Console
from rich.table import Table

from bitstream_flow.artifacts.build import Build
from bitstream_flow.artifacts.records import Check
from bitstream_flow.fifos.simplest import simplest_safe_bits, skips
from bitstream_flow.plan.budget import NAMES, titles
from bitstream_flow.plan.mac_lanes import lane_uses, mac_lanes, utilisation
from bitstream_flow.synth.yosys import units
from hls.common.errors import InputError
from hls.operators.operator import Operator
from hls.operators.resources import Resources

# What share of the bottleneck schedule the lanes should work.
LANE_GOAL = 0.9


@dataclass(frozen=True)
class Row:
    """One kind of operator: how many, its slowest, and its resources (mapped and predicted)."""

    kind: str
    count: int
    cycles: int
    mapped: Resources
    predicted: Resources


@dataclass(frozen=True)
class Summary:
    """What a finished build knows of itself; `units` and `mapped_units` are by the units' names."""

    build: Build
    units: dict[str, Operator]
    mapped_units: dict[str, Resources]
    check: Check

    @classmethod
    def read(cls, build: Build) -> Summary:
        """Gather from the build's files; a build that is not finished is an InputError."""
        mapped, check = build.mapped, build.check
        ops = {unit.name: unit.op for unit in units(build.plan.chip)}
        if missing := ops.keys() - mapped.keys():
            raise InputError(f"{build.folder}/map/map.json lacks {min(missing)}: {build.remedy}")
        return cls(build, ops, {name: mapped[name] for name in ops}, check)

    @cached_property
    def rows(self) -> list[Row]:
        """One row per kind of operator, by name."""
        groups: dict[str, list[str]] = defaultdict(list)
        for name, op in self.units.items():
            groups[op.module].append(name)
        return [self._row(kind, names) for kind, names in sorted(groups.items())]

    def _row(self, kind: str, names: list[str]) -> Row:
        return Row(
            kind,
            len(names),
            max(self.units[name].cycles for name in names),
            sum((self.mapped_units[name] for name in names), Resources()),
            sum((self.units[name].resources() for name in names), Resources()),
        )

    @property
    def mapped(self) -> Resources:
        """Resources of the whole chip, mapped."""
        return sum((row.mapped for row in self.rows), Resources())

    @property
    def predicted(self) -> Resources:
        """Resources of the whole chip, as the operators predict them."""
        return sum((row.predicted for row in self.rows), Resources())

    @property
    def latency_us(self) -> float:
        """From the first frame's first beat to its result, in microseconds at the board's clock."""
        return self.check.latency / self.build.board.clock_mhz

    @property
    def lut_per_lane(self) -> float:
        """LUTs of the whole chip, mapped, for each MAC lane."""
        return self.mapped.lut / mac_lanes(self.build.plan.graph)

    def error(self, name: str) -> float | None:
        """By how much the prediction of a resource is off, as a share; None where none is used."""
        mapped = getattr(self.mapped, name)
        return getattr(self.predicted, name) / mapped - 1 if mapped else None


def write_summary(summary: Summary) -> str:
    """The summary as text, kept as `summary.txt` beside the bundle."""
    text = io.StringIO()
    console = Console(file=text, width=100)
    console.print(_table(summary))
    console.print(_lanes(summary))
    console.print(_facts(summary), highlight=False, soft_wrap=True)
    (summary.build.folder / "summary.txt").write_text(text.getvalue())
    return text.getvalue()


def _table(summary: Summary) -> Table:
    board = summary.build.board
    table = Table(title=f"{summary.build.config} on {board.name} ({board.part}), mapped by Yosys")
    names = titles(board)
    for title in ("operator", "count", "cycles", *names.values(), "LUT predicted"):
        table.add_column(title, justify="left" if title == "operator" else "right")
    for row in summary.rows:
        cells = [f"{getattr(row.mapped, name):g}" for name in names]
        table.add_row(row.kind, str(row.count), str(row.cycles), *cells, f"{row.predicted.lut:.0f}")
    total = [f"{getattr(summary.mapped, name):g}" for name in names]
    table.add_section()
    table.add_row("in all", "", str(summary.build.plan.interval), *total,
                  f"{summary.predicted.lut:.0f}")  # fmt: skip
    share = summary.mapped.shares(board.budget)
    table.add_row("of the part", "", "", *(f"{share[name]:.1%}" for name in names), "")
    return table


def _lanes(summary: Summary) -> Table:
    graph, interval = summary.build.plan.graph, summary.build.plan.interval
    table = Table(title="matrix units: cycles as a share of the slowest operator's")
    for title in ("unit", "pe", "simd", "mmv", "lanes", "cycles", "busy"):
        table.add_column(title, justify="left" if title == "unit" else "right")
    for use in lane_uses(graph):
        fold = (use.op.pe, use.op.simd, use.op.pixels_per_word, use.lanes, use.op.cycles)
        table.add_row(use.name, *map(str, fold), f"{use.busy(interval):.1%}")
    table.add_section()
    table.add_row("in all", "", "", "", str(mac_lanes(graph)), str(interval),
                  f"{utilisation(graph, interval):.1%}")  # fmt: skip
    return table


def _facts(summary: Summary) -> str:
    build, check = summary.build, summary.check
    clock, graph, interval = build.board.clock_hz, build.plan.graph, build.plan.interval
    bits, simple = sum(depth.bits for depth in build.plan.depths), simplest_safe_bits(graph)
    errors = ((title, summary.error(name)) for name, title in NAMES.items())
    return "\n".join(
        [
            f"cycles per frame: predicted {interval}, simulated {check.cycles}"
            f" (RTL, {check.rtl_frames} frames back to back); latency {check.latency},"
            f" {summary.latency_us:.0f} microseconds",
            f"frames per second at {build.board.clock_mhz:g} MHz: predicted"
            f" {clock / interval:.0f}, simulated {clock / check.cycles:.0f}",
            f"MAC lanes: {mac_lanes(graph)}, {summary.lut_per_lane:.2f} LUT per lane all in"
            f" (mapped); at work {utilisation(graph, interval):.1%} of the bottleneck schedule"
            f" (goal {LANE_GOAL:.0%}), {utilisation(graph, check.cycles):.1%} of the simulated one",
            f"FIFOs: {len(build.plan.depths)}, {bits / 1024:.1f} Kib in all; with a whole map on"
            f" each of {len(skips(graph))} skips {simple / 1024:.1f} Kib, {simple / bits:.1f} times"
            " as much",
            "predicted against mapped: "
            + ", ".join(f"{title} {error:+.1%}" for title, error in errors if error is not None),
            check.verdict,
        ]
    )
