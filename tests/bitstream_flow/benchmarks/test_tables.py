# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""The tables of `make bench`: widths, units, shortened FIFOs, resources by mapping alone."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console
from rich.table import Table

from bitstream_flow import map_plan, pareto
from bitstream_flow.benchmarks import fifo_cuts, xnor_units
from bitstream_flow.boards.board import load_board
from bitstream_flow.frontend.from_config import network_graph
from bitstream_flow.plan.folding import Target
from bitstream_flow.plan.planner import Planner
from bitstream_flow.synth.yosys import Unit
from hls.operators.resources import Resources
from model.config import load_config
from tests.bitstream_flow.builds import make_build
from tests.hls.operators.operator_check import needs_simulation
from tests.networks import tiny_hourglass

BOARD = load_board("Pynq-Z1")
NETWORK = load_config("face-tiny").network


def _text(table: Table) -> str:
    out = io.StringIO()
    Console(file=out, width=200).print(table)
    return out.getvalue()


def test_each_width_has_its_rate() -> None:
    lines = _text(pareto.report("face-tiny", NETWORK, BOARD, (16, 32))).splitlines()
    rows = [line.replace("│", " ").split() for line in lines if line.startswith("│")]
    assert [row[0] for row in rows] == ["16", "32"]
    weights = [float(row[1].replace(",", "")) for row in rows]
    assert weights[0] < weights[1]
    planner = Planner(network_graph("tiny", NETWORK), BOARD.budget)
    rate = float(rows[1][2].replace(",", ""))
    assert rate <= BOARD.clock_hz / planner.quickest + 1


def test_a_width_too_large_is_said() -> None:
    small = replace(BOARD, budget=BOARD.budget * 0.01)
    assert "does not fit" in _text(pareto.report("face-tiny", NETWORK, small, (32,)))


def test_units_are_counted_by_the_lane() -> None:
    one = xnor_units.unit(2, 16, 1, 0)
    text = _text(xnor_units.report([one], {one.name: Resources(lut=64)}))
    error = one.op.resources().lut / 64 - 1
    assert "2.00" in text and f"{error:+.1%}" in text


@needs_simulation
def test_a_shortened_skip_loses_pace_or_hangs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LANDMARK_BUILD", str(tmp_path))
    build = make_build(tiny_hourglass())
    base, found = fifo_cuts.shorten(build, 2)
    assert build.plan.interval <= base <= 1.03 * build.plan.interval
    assert [cut.fifo.bits for cut in found] == sorted((c.fifo.bits for c in found), reverse=True)
    for cut in found:
        assert cut.kept < cut.fifo.depth
        if cut.kept < cut.fifo.least:
            assert cut.cycles is None
        assert cut.cycles is None or cut.cycles >= base * 0.99
    text = _text(fifo_cuts.report(build, base, found))
    assert found[0].fifo.name in text and found[-1].effect(base) in text


def test_constants_are_what_the_operators_take(monkeypatch: pytest.MonkeyPatch) -> None:
    plan = Planner(network_graph("tiny", NETWORK), BOARD.budget).plan(Target(100_000))
    graph = map_plan.with_random_constants(plan.graph)
    for node in graph.nodes:
        memories = node.op.memories(node.constants)
        assert bool(memories) == bool(node.op.constant_names)
        assert not memories or len(np.unique(np.array(memories[0].words, object))) > 1

    def estimates(units: list[Unit], family: str) -> dict[str, Resources]:
        assert family == "xc7"
        return {unit.name: unit.op.resources() for unit in units}

    monkeypatch.setattr(map_plan, "map_units", estimates)
    found = map_plan.map_plan(plan, BOARD)
    assert all(mapped == predicted for mapped, predicted in found.values())
    total = sum((mapped for mapped, _ in found.values()), Resources())
    assert total.lut == pytest.approx(plan.resources.lut)
    assert "of the part" in _text(map_plan.report("face-tiny", BOARD, plan, found))
