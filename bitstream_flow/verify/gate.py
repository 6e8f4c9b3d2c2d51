# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""The comparison of all implementations: a line each, the first tensor and place that differ."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from tqdm import tqdm

from bitstream_flow.artifacts.build import Build
from bitstream_flow.artifacts.records import Check, Difference
from bitstream_flow.verify.implementations import (
    Run,
    brevitas,
    emulator,
    golden,
    hls_cpp,
    onnx,
    rtl_tensors,
)
from bitstream_flow.verify.landmarks import Tensors, with_landmarks
from hls.common.errors import InputError

BATCH = 10


@dataclass
class Comparison:
    """How one implementation compared: frames, tensors and values compared, and what differed."""

    name: str
    frames: int = 0
    mismatched: int = 0
    tensors: set[str] = field(default_factory=set)
    first: Difference | None = None

    def add(self, expected: Tensors, got: Tensors) -> None:
        """Compare one batch; `expected` gives the order of the tensors."""
        common = [name for name in expected if name in got]
        if "heatmaps" not in common:
            raise InputError(f"{self.name} gives no heatmaps to compare")
        self.tensors.update(common)
        self.frames += len(expected["heatmaps"])
        wrong: set[int] = set()
        for name in common:
            where = np.argwhere(np.asarray(expected[name]) != np.asarray(got[name]))
            wrong.update(int(index[0]) for index in where)
            if len(where) and self.first is None:
                position = tuple(int(i) for i in where[0])
                self.first = Difference(
                    name, position, int(expected[name][position]), int(got[name][position])
                )
        self.mismatched += len(wrong)

    def __str__(self) -> str:
        text = f"{self.name:<9} {self.frames:>5} frames, {len(self.tensors):>3} tensors: "
        if self.first is None:
            return text + "0 mismatches"
        return text + f"{self.mismatched} mismatched frames, first {self.first}"


@dataclass
class GateReport:
    """All lines, and what the simulation of the RTL took: cycles per frame, the first's latency."""

    lines: list[Comparison]
    rtl_frames: int
    cycles: int
    latency: int
    # The most beats that each FIFO of the RTL held.
    fills: dict[str, int] = field(default_factory=dict)

    @property
    def equal(self) -> bool:
        """Whether nothing differed anywhere."""
        return all(line.first is None for line in self.lines)

    @property
    def verdict(self) -> str:
        """One line for the summary."""
        names = " = ".join(["Brevitas", *(line.name for line in self.lines)])
        return f"equal: {names}" if self.equal else "NOT EQUAL"

    def print(self) -> None:
        """One line per implementation."""
        for line in self.lines:
            print(line)
        print(self.verdict)

    @property
    def record(self) -> Check:
        """For check.json."""
        return Check(
            self.verdict,
            self.cycles,
            self.latency,
            self.rtl_frames,
            tuple(map(str, self.lines)),
            tuple(line.first for line in self.lines if line.first),
            self.fills,
        )


@dataclass(frozen=True)
class Implementation:
    """What is compared, and with what: Brevitas alone, or with golden's tensors between its own.

    `fast` ones also run on images that are compared with golden alone.
    """

    name: str
    run: Run
    with_golden: bool = False
    fast: bool = False


def compare(
    build: Build,
    images: np.ndarray,
    *,
    rtl_frames: int,
    more: np.ndarray | None = None,
    stall: float = 0.0,
) -> GateReport:
    """Run all implementations on `images` (N, H, W, C) uint8, RTL on the last `rtl_frames`.

    The RTL's source and sink pause in a share `stall` of the cycles. Emulator and HLS C++ run on
    `more` too, against golden alone: both take a fraction of QONNX's time.
    """
    right, exact = with_landmarks(brevitas(build), build.logical), golden(build.bundle)
    implementations = _implementations(build, exact)
    lines = {each.name: Comparison(each.name) for each in implementations}
    for part in _batches(images, "compare"):
        expected, between = right(part), exact(part)
        for each in implementations:
            # Golden's tensors include PyTorch's and everything between them, in the same order.
            baseline = {**between, **expected} if each.with_golden else expected
            lines[each.name].add(baseline, between if each.run is exact else each.run(part))
    for part in _batches(images[:0] if more is None else more, "golden, emulator and HLS C++"):
        between = exact(part)
        for each in implementations:
            if each.fast:
                lines[each.name].add(between, each.run(part))
    chosen = images[len(images) - rtl_frames :]
    tensors, cycles, latency, fills = rtl_tensors(build.bundle, build.plan.graph, chosen, stall)
    rtl = Comparison("RTL")
    rtl.add({**exact(chosen), **right(chosen)}, tensors)
    return GateReport([*lines.values(), rtl], rtl_frames, cycles, latency, fills)


def _implementations(build: Build, exact: Run) -> list[Implementation]:
    """All but the RTL, which runs its frames back to back; `exact` is golden's run."""
    from bitstream_flow.frontend.compile import FINN_GRAPH

    return [
        Implementation("QONNX", onnx(build.qonnx)),
        Implementation("FINN", onnx(build.folder / "frontend" / FINN_GRAPH)),
        Implementation("golden", exact),
        Implementation("emulator", emulator(build.bundle), with_golden=True, fast=True),
        Implementation("HLS C++", hls_cpp(build), with_golden=True, fast=True),
    ]


def _batches(images: np.ndarray, what: str) -> Iterator[np.ndarray]:
    for start in tqdm(range(0, len(images), BATCH), what, leave=False, disable=None):
        yield images[start : start + BATCH]
