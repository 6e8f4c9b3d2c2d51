# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Reading nextpnr's report, routing small designs for real, and what is said of those that fail."""

from __future__ import annotations

import json
from dataclasses import replace
from types import SimpleNamespace

import pytest

from bitstream_flow import route
from bitstream_flow.fifos.depths import Depth
from bitstream_flow.plan.planner import Plan
from bitstream_flow.synth import ecp5
from bitstream_flow.synth.yosys import Unit
from hls.common.errors import InputError
from hls.operators.fifo import Fifo
from hls.streams.tensor import TensorType
from tests.networks import Builder

needs_tools = pytest.mark.route

FIFO = Unit("fifo", Fifo(TensorType(1, 1, 1, 2, signed=True), depth=5), ())


def _hop(kind: str, delay: float, start: str, end: str) -> dict:
    return {"type": kind, "delay": delay, "from": {"cell": start}, "to": {"cell": end}}


REPORT = {
    "fmax": {"clk": {"achieved": 123.456, "constraint": 100}},
    "utilization": {
        name: {"available": 1000, "used": used}
        for name, used in [("TRELLIS_COMB", 7), ("TRELLIS_FF", 5), ("DP16KD", 2), ("MULT18X18D", 1)]
    },
    "critical_paths": [
        {"from": "<async>", "to": "posedge clk", "path": []},
        {
            "from": "posedge clk", "to": "posedge clk",
            "path": [
                _hop("clk-to-q", 0.5, "u_a.count_TRELLIS_FF_Q_5", "u_a.count_TRELLIS_FF_Q_5"),
                _hop("routing", 1.25, "u_a.count_TRELLIS_FF_Q_5", "u_b.sum_LUT4_Z"),
                _hop("setup", 0.25, "u_b.sum_LUT4_Z", "u_b.sum_TRELLIS_FF_Q_DI_LUT4_Z"),
            ],
        },
    ],
}  # fmt: skip


def test_report() -> None:
    expected = ecp5.Ecp5Route(123.46, 7, 5, 2, 1, "u_a.count", "u_b.sum", 0.75, 1.25)
    assert ecp5.parse_report(REPORT) == expected


@pytest.mark.parametrize(
    ("key", "value", "named"),
    [("fmax", {}, "empty"), ("utilization", {}, "TRELLIS_COMB"), ("critical_paths", [], "index")],
)
def test_a_changed_report_is_said(key: str, value: object, named: str) -> None:
    with pytest.raises(InputError, match=f"report has changed its format: .*{named}"):
        ecp5.parse_report(REPORT | {key: value})


@needs_tools
def test_route_and_resume(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("LANDMARK_CACHE", str(tmp_path))
    results = route.route_units([FIFO], 100.0)
    routed = results["fifo"]
    # 2 registers of a beat, 3 counters, and those around the operator.
    assert 100 < routed.mhz < 1000 and 10 <= routed.ff <= 40 and routed.dsp == 0
    assert routed.start and routed.end and routed.logic_ns > 0
    monkeypatch.setattr(ecp5, "_route", None)
    assert route.route_units([FIFO], 100.0) == results


@needs_tools
def test_a_design_that_does_not_fit(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("LANDMARK_CACHE", str(tmp_path / "cache"))
    rtl = tmp_path / "rtl"
    rtl.mkdir()
    (rtl / "accelerator.sv").write_text(
        "module accelerator (input logic clk, input logic [399:0] d, output logic q);\n"
        "  always_ff @(posedge clk) q <= ^d;\nendmodule\n"
    )
    with pytest.raises(InputError, match=r"nextpnr cannot route it: .*TRELLIS_IO"):
        ecp5.route_chip(rtl, 100.0)
    (rtl / "accelerator.sv").write_text("module accelerator (input logic clk, d;\n")
    with pytest.raises(InputError, match=r"yosys cannot map accelerator: .*accelerator\.sv:1"):
        ecp5.route_chip(rtl, 100.0)


def _build(folder) -> SimpleNamespace:
    net = Builder(4, 4, 2, bits=4, signed=True)
    graph = net.graph(net.threshold("image", 1, name="sign"))
    first, *others = (
        Depth(name, 0, 0, stream.width_bits) for name, stream in graph.streams.items()
    )
    plan = Plan(graph, [replace(first, depth=3), *others])
    return SimpleNamespace(plan=plan, folder=folder, bundle_key="one")


def test_chosen_units(tmp_path) -> None:
    build = _build(tmp_path)
    fifo, name = f"{build.plan.depths[0].name} (fifo)", build.plan.graph.nodes[0].name
    assert {unit.name for unit in route.chosen_units(build, "all")} == {fifo, name}
    assert [unit.name for unit in route.chosen_units(build, "fifo")] == [fifo]
    assert [unit.name for unit in route.chosen_units(build, name)] == [name]
    with pytest.raises(InputError, match="--operator pad: neither all, nor a node, nor among fifo"):
        route.chosen_units(build, "pad")


def test_the_best_of_several_placements(tmp_path, monkeypatch, capsys) -> None:
    clocks = {1: 90.0, 2: 103.0, 3: 97.0}

    def routed(rtl, clock_mhz: float, seed: int) -> ecp5.Ecp5Route:
        assert rtl == tmp_path / "rtl" and clock_mhz == 100.0
        return replace(ecp5.parse_report(REPORT), mhz=clocks[seed])

    monkeypatch.setattr(route, "route_chip", routed)
    build = SimpleNamespace(bundle=tmp_path)
    assert route.best_of(build, 100.0, 3).mhz == 103.0
    assert "seed 3: 97.0 MHz" in capsys.readouterr().out
    assert route.best_of(build, 100.0, 1).mhz == 90.0 and not capsys.readouterr().out


def test_results_of_another_bundle_make_way(tmp_path) -> None:
    build, routed = _build(tmp_path), ecp5.parse_report(REPORT)
    path = tmp_path / "route" / "route.json"
    route.save(build, {"a": routed})
    route.save(build, {"b": routed})
    assert set(json.loads(path.read_text())["results"]) == {"a", "b"}
    build.bundle_key = "two"
    route.save(build, {"c": routed})
    assert set(json.loads(path.read_text())["results"]) == {"c"}


def test_table_names_the_path() -> None:
    shown = route.table({"a": ecp5.parse_report(REPORT)})
    cells = [next(iter(column.cells)) for column in shown.columns]
    path = "u_a.count\nu_b.sum (0.75 logic, 1.25 wires)"
    assert cells == ["a", "123.5", "7", "5", "2", "1", path]
