# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""The report of a small finished build: complete, equal to the build's files, one clean page."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict, replace
from html import escape
from html.parser import HTMLParser
from pathlib import Path

import pytest

from bitstream_flow.artifacts.build import Build
from bitstream_flow.artifacts.records import Check
from bitstream_flow.fifos.depths import size_fifos
from bitstream_flow.plan.files import save_graph, save_plan
from bitstream_flow.plan.mac_lanes import lane_uses
from bitstream_flow.plan.planner import Plan
from bitstream_flow.report.contents import gather
from bitstream_flow.report.layout import arrange
from bitstream_flow.report.page import render, write_report
from bitstream_flow.report.pictures import overview
from bitstream_flow.report.roofline import bounds, roofline
from bitstream_flow.report.summary import Summary, write_summary
from bitstream_flow.synth.ecp5 import Ecp5Route, Ecp5Routes
from bitstream_flow.synth.yosys import units
from hls.common.errors import InputError
from hls.common.records import values_of
from hls.graph.decoder import end_with_decoder
from hls.graph.graph import Graph
from tests.bitstream_flow.builds import EXPORTED, make_bundle, make_chip
from tests.networks import DECODER, Builder, tiny_hourglass

VOID = {"meta", "rect", "line", "path", "circle", "polyline", "br", "input"}
CYCLES, LATENCY = 2600, 54_321


def finish(folder: Path, network: Graph, decode: bool = False) -> None:
    """A finished build of `network`, every unit mapped to a tenth more than is predicted."""
    logical = end_with_decoder(network, DECODER) if decode else network
    chip = make_chip(logical, 2500)
    plan = Plan(chip, size_fifos(chip, chip.interval))
    for part in ("export", "frontend", "fold", "check", "map"):
        (folder / part).mkdir(parents=True)
    exported = json.dumps(values_of(EXPORTED))
    (folder / "export" / "tiny.manifest.json").write_text(exported)
    save_graph(network, folder / "frontend")
    save_plan(plan, folder / "fold")
    make_bundle(folder / "bundle", logical, chip, plan.depths)
    found = units(plan.chip)
    mapped = {unit.name: asdict(unit.op.resources() * 1.1) for unit in found}
    (folder / "map" / "map.json").write_text(json.dumps(mapped))
    fills = {depth.name: max(0, depth.depth - 1) for depth in plan.depths}
    lines = ("RTL <b>3</b> frames",)
    check = Check("equal: Brevitas = RTL", CYCLES, LATENCY, 3, lines, fifos=fills)
    (folder / "check" / "check.json").write_text(json.dumps(values_of(check)))


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("builds") / "tiny-Pynq-Z1"
    finish(folder, tiny_hourglass(height=16, width=12))
    return folder


@pytest.fixture
def folder(original: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the finished build, where the flow looks for it."""
    monkeypatch.setenv("LANDMARK_BUILD", str(tmp_path))
    return Path(shutil.copytree(original, tmp_path / original.name))


def summary() -> Summary:
    return Summary.read(Build.existing("tiny", "Pynq-Z1"))


def change(path: Path, edit: Callable[[dict], object]) -> None:
    values = json.loads(path.read_text())
    edit(values)
    path.write_text(json.dumps(values))


class Page(HTMLParser):
    """Checks that elements close in order; keeps ids, links, and the cells of tables with an id."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: set[str] = set()
        self.links: list[str] = []
        self.tips: list[str] = []
        self.tables: dict[str, list[list[str]]] = {}
        self.table = ""
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs) -> None:
        values = dict(attrs)
        assert tag not in ("link", "img", "iframe") and "src" not in values
        if tag not in VOID:
            self.open.append(tag)
        if "id" in values:
            assert values["id"] not in self.ids
            self.ids.add(values["id"])
        self.links += [values["href"]] if "href" in values else []
        self.tips += [values["data-tip"]] if "data-tip" in values else []
        if tag == "table":
            self.table = values.get("id", "")
            self.tables[self.table] = []
        elif tag == "tr":
            self.tables[self.table].append([])
        elif tag in ("td", "th"):
            self.tables[self.table][-1].append("")

    def handle_startendtag(self, tag, attrs) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data) -> None:
        if "td" in self.open:
            self.tables[self.table][-1][-1] += data


def rows_of(page: Page, table: str) -> dict[str, list[str]]:
    found = [[cell.strip() for cell in row] for row in page.tables[table]]
    return {row[0].removesuffix(" skip"): row for row in found if row}


def test_every_operator_and_fifo_is_there_with_its_figures(folder: Path) -> None:
    page = Page(render(gather(summary())))
    chip = summary().build.plan.graph
    mapped = json.loads((folder / "map" / "map.json").read_text())
    operators = rows_of(page, "all")
    for node in chip.nodes:
        row = operators[node.name]
        assert row[1] == node.op.module and row[3] == f"{node.op.cycles:,}"
        lut, predicted = float(row[6].replace(",", "")), float(row[7].replace(",", ""))
        assert lut == pytest.approx(mapped[node.name]["lut"], abs=0.051)
        assert predicted == pytest.approx(node.op.resources().lut, abs=0.051)
    fifos = rows_of(page, "large") | rows_of(page, "small")
    fills = json.loads((folder / "check" / "check.json").read_text())["fifos"]
    for depth in summary().build.plan.depths:
        row = fifos[depth.name]
        figures = (depth.least, depth.depth, fills[depth.name])
        assert row[1:4] == [f"{figure:,}" for figure in figures]
        assert row[6] == f"{depth.bits:,}"
        assert any(tip.startswith(f"{depth.name}: FIFO of") for tip in page.tips)
    for node in chip.nodes:
        assert any(tip.startswith(f"{node.name}: ") for tip in page.tips)


def test_the_head_says_what_was_simulated_and_mapped(folder: Path) -> None:
    text = render(gather(summary()))
    for figure in (f"{LATENCY:,} cycles", "543 <small>µs", f"{1e8 / CYCLES:,.0f} <small>frames/s"):
        assert figure in text
    assert "equal: Brevitas = RTL" in text and "measured" not in text
    assert text.count(">simulated</span>") > 5 and text.count(">mapped</span>") > 5
    assert text.count("off by") >= 3 and "−9.1%" in text


def test_the_page_needs_nothing_from_outside(folder: Path) -> None:
    path = write_report(summary())
    assert path == folder / "report.html"
    text = path.read_text(encoding="utf-8")
    page = Page(text)
    assert {link.removeprefix("#") for link in page.links} <= page.ids
    assert not any(word in text for word in ("://", "@import", "url(", "{{", "{%"))


def test_what_was_not_done_is_said(folder: Path) -> None:
    change(folder / "check" / "check.json", lambda values: values.pop("fifos"))
    text = render(gather(summary()))
    assert "Vivado has not run" in text and "<code>make route</code>): not routed" in text
    assert "check kept none" in text
    assert {row[3] for row in rows_of(Page(text), "large").values()} == {"", "not simulated"}


def test_what_was_routed_is_shown(folder: Path) -> None:
    routed = {"resources": {"lut": 4321.0, "ff": 1.0, "bram36": 2.5, "dsp": 3.0}, "slack_ns": 2.0}
    change(folder / "bundle" / "manifest.json", lambda values: values.update(routed=routed))
    whole = Ecp5Route(123.4, 2752, 5, 6, 7, "a<b", "c", 1.0, 2.0)
    results = {"accelerator": whole, "x.conv": replace(whole, mhz=99.5)}
    (folder / "bundle.key").write_text("this")
    (folder / "route").mkdir()
    (folder / "route" / "route.json").write_text(
        json.dumps(values_of(Ecp5Routes("this", "LFE5U-85F-8", results)))
    )
    text = render(gather(summary()))
    assert "4,321" in text and "125 MHz at most" in text and "LFE5U-85F-8" in text
    assert "Vivado has not run" not in text and "make route" not in text
    rows = list(rows_of(Page(text), "routed").values())[1:]
    assert [row[:3] for row in rows] == [
        ["x.conv", "99.5", "2,752"], ["the whole chip", "123.4", "2,752"]
    ]  # fmt: skip
    (folder / "bundle.key").write_text("another")
    assert "<code>make route</code>): not routed" in render(gather(summary()))


def test_a_decoder_stands_beside_the_maps_that_it_reads(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("LANDMARK_BUILD", str(tmp_path))
    finish(tmp_path / "tiny-Pynq-Z1", tiny_hourglass(), decode=True)
    contents = gather(summary())
    boxes = {box.title: box for box in overview(contents).boxes if box.kind != "port"}
    assert boxes["landmarks"].kind == "landmark_decode"
    assert boxes["landmarks"].x == boxes["heatmaps"].x == boxes["stem"].x < boxes["low"].x
    assert boxes["heatmaps"].y < boxes["landmarks"].y
    assert "landmark decoder on the chip" in render(contents)


def test_names_are_escaped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANDMARK_BUILD", str(tmp_path))
    net, name = Builder(8, 8, 4), "b<i>&'1"
    stem = net.threshold(net.conv("image", 4, name="stem.conv"), 4, True, name="stem.quant")
    graph = net.graph(net.matrix(net.block(stem, name), 3, "heatmaps"))
    finish(tmp_path / "tiny-Pynq-Z1", graph)
    text = render(gather(summary()))
    Page(text)
    assert name not in text and escape(f"{name}.stage1.sign") in text.replace("&#39;", "&#x27;")
    assert "<b>3</b>" not in text and "&lt;b&gt;3" in text


@pytest.mark.parametrize("part", ["map/map.json", "check/check.json"])
def test_a_build_that_is_not_finished_says_what_is_missing(folder: Path, part: str) -> None:
    (folder / part).unlink()
    with pytest.raises(InputError, match=rf"no .*{part}: run make bitstream CONFIG=tiny BOARD="):
        summary()


def test_a_map_of_another_plan_is_refused(folder: Path) -> None:
    change(folder / "map" / "map.json", lambda values: values.pop("image (fifo)"))
    with pytest.raises(InputError, match=r"map.json lacks image \(fifo\): run make bitstream"):
        summary()


def test_the_command_prints_the_summary_and_the_path(folder: Path) -> None:
    def run(config: str) -> subprocess.CompletedProcess:
        command = [sys.executable, "-m", "bitstream_flow.report", "--config", config]
        return subprocess.run(command, capture_output=True, text=True)

    done, failed = run("tiny"), run("nothing")
    assert done.stdout.splitlines()[-1] == f"report: {folder / 'report.html'}", done.stderr
    assert (folder / "summary.txt").read_text() in done.stdout
    assert failed.returncode == 1 and failed.stderr.startswith("error: no bundle")
    assert len(failed.stderr.splitlines()) == 1


def test_the_summary_holds_every_figure(folder: Path) -> None:
    text = write_summary(summary())
    chip, interval = summary().build.plan.graph, summary().build.plan.interval
    for use in lane_uses(chip):
        row = next(line for line in text.splitlines() if use.name in line)
        assert f"{use.op.cycles / interval:.1%}" in row and f" {use.lanes} " in row
    macs = sum(use.lanes * use.op.cycles for use in lane_uses(chip))
    lanes = sum(use.lanes for use in lane_uses(chip))
    assert f"MAC lanes: {lanes}, {summary().mapped.lut / lanes:.2f} LUT per lane" in text
    assert f"{macs / lanes / interval:.1%} of the bottleneck" in text
    assert f"{macs / lanes / CYCLES:.1%} of the simulated one" in text
    assert f"latency {LATENCY}, 543 microseconds" in text
    assert "LUT -9.1%, FF -9.1%" in text


def test_no_layer_is_above_the_roof(folder: Path) -> None:
    contents = gather(summary())
    roof = roofline(contents)
    assert roof.total.rate == pytest.approx(sum(point.rate for point in roof.points))
    for point in [*roof.points, roof.total]:
        assert point.rate < min(roof.peak, point.intensity * roof.port_bits)
    rates = {bound.name: bound.rate for bound in bounds(contents, roof)}
    assert rates["slowest operator"] == pytest.approx(1e8 / contents.interval)
    assert rates["image in"] <= 1e8 / (16 * 12 * 3) * 16


def test_layout_keeps_edges_clear_of_nodes() -> None:
    nodes = ["a", "b", "c", "d", "e"]
    edges = [("a", "b"), ("b", "c"), ("c", "d"), ("a", "d"), ("a", "e"), ("d", "e"), ("b", "d")]
    found = arrange(nodes, edges)
    assert [found.places[name][1] for name in nodes] == [0, 1, 2, 3, 4]
    used = set(found.places.values())
    for source, target in edges:
        for row in range(found.places[source][1] + 1, found.places[target][1]):
            place = found.detours[source, target], row
            assert place not in used
            used.add(place)
    assert found.columns == 1 + max(column for column, _ in used)
