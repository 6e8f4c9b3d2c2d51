# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""The table at the end of a build: cycles, frame rate, resources against the board, equality."""

from __future__ import annotations

import io
import json
from collections import defaultdict
from dataclasses import dataclass, fields
from typing import Any

from rich.console import Console
from rich.table import Table

from bitstream_flow.mapping import units
from bitstream_flow.project import Build
from hls.operator import Resources

RESOURCES = ("lut", "ff", "bram36", "dsp")


@dataclass(frozen=True)
class Row:
    """One kind of operator: how many, its slowest, and its resources (mapped and estimated)."""

    kind: str
    count: int
    cycles: int
    mapped: Resources
    estimated: Resources


@dataclass(frozen=True)
class Summary:
    """What a finished build knows of itself."""

    build: Build
    rows: list[Row]
    check: dict[str, Any]

    @classmethod
    def read(cls, build: Build) -> Summary:
        """Gather from the build's files."""
        mapped = {
            name: Resources(**values)
            for name, values in json.loads((build.folder / "map" / "map.json").read_text()).items()
        }
        check = json.loads((build.folder / "check" / "check.json").read_text())
        return cls(build, _rows(build, mapped), check)

    @property
    def mapped(self) -> Resources:
        """Resources of the whole chip, mapped."""
        return sum((row.mapped for row in self.rows), Resources())

    @property
    def estimated(self) -> Resources:
        """Resources of the whole chip, as the operators estimate them."""
        return sum((row.estimated for row in self.rows), Resources())


def _rows(build: Build, mapped: dict[str, Resources]) -> list[Row]:
    groups: dict[str, list[str]] = defaultdict(list)
    sizes = {depth.name: depth.depth for depth in build.plan.depths}
    ops = {unit.name: unit.op for unit in units(build.plan.chip, sizes)}
    for name, op in ops.items():
        groups[op.module].append(name)
    return [
        Row(
            kind,
            len(names),
            max(ops[name].cycles for name in names),
            sum((mapped[name] for name in names), Resources()),
            sum((ops[name].resources() for name in names), Resources()),
        )
        for kind, names in sorted(groups.items())
    ]


def write_summary(summary: Summary) -> str:
    """The summary as text, kept as `summary.txt` beside the bundle."""
    text = io.StringIO()
    console = Console(file=text, width=100)
    console.print(_table(summary))
    console.print(_facts(summary), highlight=False)
    (summary.build.folder / "summary.txt").write_text(text.getvalue())
    return text.getvalue()


def _table(summary: Summary) -> Table:
    board = summary.build.board
    table = Table(title=f"{summary.build.config} on {board.name} ({board.part}), mapped by Yosys")
    for title in ("operator", "count", "cycles", "LUT", "FF", "BRAM36", "DSP", "LUT estimated"):
        table.add_column(title, justify="left" if title == "operator" else "right")
    for row in summary.rows:
        cells = [f"{getattr(row.mapped, name):g}" for name in RESOURCES]
        table.add_row(row.kind, str(row.count), str(row.cycles), *cells, f"{row.estimated.lut:.0f}")
    total = [f"{getattr(summary.mapped, name):g}" for name in RESOURCES]
    table.add_section()
    table.add_row("in all", "", str(summary.build.plan.interval), *total,
                  f"{summary.estimated.lut:.0f}")  # fmt: skip
    share = [
        f"{getattr(summary.mapped, f.name) / getattr(board.budget, f.name):.1%}"
        for f in fields(Resources)
    ]
    table.add_row("of the part", "", "", *share, "")
    return table


def _facts(summary: Summary) -> str:
    build, check = summary.build, summary.check
    clock = build.board.clock_hz
    bits = sum(depth.bits for depth in build.plan.depths)
    return "\n".join(
        [
            f"cycles a frame: predicted {build.plan.interval}, measured {check['cycles']}"
            f" (RTL, {check['rtl_frames']} frames back to back); latency {check['latency']}",
            f"frames per second at {build.board.clock_mhz:g} MHz: predicted"
            f" {clock / build.plan.interval:.0f}, measured {clock / check['cycles']:.0f}",
            f"FIFOs: {len(build.plan.depths)}, {bits / 1024:.1f} Kib in all",
            check["verdict"],
        ]
    )
