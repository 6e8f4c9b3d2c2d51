# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""FLOW=finn: FINN's builder on our graph up to where the vendor's tools begin, and its folding."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import numpy_helper
from qonnx.core.datatype import DataType
from qonnx.core.modelwrapper import ModelWrapper
from qonnx.custom_op.registry import getCustomOp

from bitstream_flow.artifacts.build import Build
from bitstream_flow.boards.board import board_names, load_board
from bitstream_flow.frontend.compile import FINN_GRAPH, StageError, compile_qonnx
from bitstream_flow.plan.files import save_graph
from bitstream_flow.plan.folding import Target
from bitstream_flow.plan.planner import Planner
from bitstream_flow.vendors.finn import compare, flow
from bitstream_flow.vendors.finn.estimate import Estimate
from bitstream_flow.vendors.finn.folding import FinnGraph, carried_over
from hls.common.errors import InputError
from hls.operators.matrix_vector import MatrixVector
from model.export import export_qonnx_file
from model.network.randomise import random_network
from tests.bitstream_flow.frontend.test_compile import SMALL

RATE = 20_000.0
MISSING = " and ".join(flow.missing_tools()) + " missing"
pytestmark = pytest.mark.finn


@pytest.fixture(scope="module")
def build(tmp_path_factory) -> Build:
    """A small network, compiled, and FINN's builder run on it."""
    root = tmp_path_factory.mktemp("build")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LANDMARK_BUILD", str(root))
        found = Build("small", load_board("Pynq-Z1"), RATE)
        frontend = found.folder / "frontend"
        frontend.mkdir(parents=True)
        qonnx = export_qonnx_file(random_network(SMALL, seed=3), root / "small.onnx")
        save_graph(compile_qonnx(qonnx, frontend), frontend)
        assert flow.run_finn(found)
        yield found


@pytest.fixture(scope="module")
def finn(build: Build) -> FinnGraph:
    return FinnGraph(build.folder / "frontend" / FINN_GRAPH, build.board.part)


def test_everything_before_the_vendor_is_made(build: Build) -> None:
    folder = build.folder / "finn"
    names = {"build.py", "network.onnx", "settings.json", "folding.json"}
    assert names <= {path.name for path in folder.iterdir()}
    assert json.loads((folder / "settings.json").read_text())["board"] == "Pynq-Z1"
    assert list((folder / "work").glob("code_gen_ipgen_MVAU_hls_*/*.cpp"))
    assert list((folder / "work").glob("code_gen_ipgen_Thresholding_rtl_*/*.v"))
    found = Estimate.read(folder / "out" / "report")
    assert 0 < found.cycles <= build.board.clock_hz / RATE and found.lut > 100
    assert not flow.run_finn(build)


def test_what_is_missing_is_one_line(build: Build, capsys: pytest.CaptureFixture[str]) -> None:
    line = flow.verdict(build)
    assert MISSING in line and "python build.py" in line
    assert "\n" not in line and str(build.folder / "finn") in line
    from rich.console import Console

    Console(width=100).print(flow.report(build))
    table = capsys.readouterr().out
    assert "FINN's own estimates" in table and "of the part" in table and "TOO" not in table
    small = replace(build.board, budget=build.board.budget * 0.1)
    assert "TOO LARGE" in str(flow.report(replace(build, board=small)).caption)


def test_the_script_says_what_it_wants(build: Build) -> None:
    command = [sys.executable, "build.py"]
    run = subprocess.run(command, cwd=build.folder / "finn", capture_output=True, text=True)
    assert run.returncode == 1 and run.stdout == "" and len(run.stderr.splitlines()) == 1
    assert MISSING in run.stderr


def test_the_script_runs_elsewhere_with_a_folding_of_ones_own(build: Build, tmp_path: Path) -> None:
    folder, made = tmp_path / "elsewhere", build.folder / "finn"
    folder.mkdir()
    for name in ("build.py", "network.onnx", "settings.json"):
        shutil.copy(made / name, folder)
    folding = json.loads((made / "folding.json").read_text())
    folding["MVAU_hls_2"] |= {"PE": 1, "SIMD": 1}
    (folder / "folding.json").write_text(json.dumps(folding))
    command = [sys.executable, "build.py", "--until", "estimates"]
    run = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr
    applied = json.loads((folder / "out" / "report" / "applied_folding_config.json").read_text())
    assert applied["MVAU_hls_2"]["PE"] == 1
    slower, before = (Estimate.read(f / "out" / "report") for f in (folder, made))
    assert slower.cycles > before.cycles


def test_a_popcount_is_wide_enough(build: Build) -> None:
    path = build.folder / "finn" / "out" / "intermediate_models" / "step_exact_widths.onnx"
    layers = [getCustomOp(node) for node in ModelWrapper(str(path)).graph.node]
    binary = [one for one in layers if one.onnx_node.op_type == "MVAU"
              and one.get_nodeattr("binaryXnorMode")]  # fmt: skip
    assert len(binary) > 5
    for layer in binary:
        most, kind = layer.get_nodeattr("MW"), DataType[layer.get_nodeattr("accDataType")]
        assert kind.min() == 0 and kind.max() >= most > kind.max() // 2


def test_a_changed_threshold_is_found(build: Build, tmp_path: Path) -> None:
    network = build.folder / "frontend" / FINN_GRAPH
    model = onnx.load(str(network))
    name = "stem.quant.thresholds"
    (values,) = (one for one in model.graph.initializer if one.name == name)
    changed = numpy_helper.to_array(values) + np.float32(40)
    values.CopyFrom(numpy_helper.from_array(changed, name))
    onnx.save(model, str(tmp_path / "changed.onnx"))
    with pytest.raises(StageError, match=r"exact widths changes stem\.quant at"):
        flow._check_widths(network, tmp_path / "changed.onnx")


def test_a_failed_builder_is_one_line(build: Build, tmp_path: Path) -> None:
    for name in ("build.py", "settings.json"):
        shutil.copy(build.folder / "finn" / name, tmp_path)
    (tmp_path / "network.onnx").write_text("nonsense")
    with pytest.raises(InputError, match=r"FINN's builder failed: .*build\.log") as caught:
        flow._run_builder(tmp_path, "estimates")
    assert "\n" not in str(caught.value)


def test_boards_that_finn_knows_and_one_that_it_does_not(build: Build) -> None:
    names = {name: flow.finn_board(load_board(name)) for name in board_names()}
    assert names["KV260"] == "KV260_SOM" and names["AUP-ZU3"] == "AUP-ZU3_8GB"
    assert all(names.values())
    other = replace(build.board, name="Arty-Z7")
    assert flow.finn_board(other) is None
    assert flow.finn_board(replace(build.board, part="xc7z010clg400-1")) is None
    assert "stitched IP (FINN knows no board" in flow.verdict(replace(build, board=other))


def test_no_decoder_in_finn(build: Build) -> None:
    with pytest.raises(InputError, match="FINN has no landmark decoder: use DECODE=0"):
        flow.run_finn(replace(build, decode=True))


def test_finn_folding_is_carried_over(build: Build, finn: FinnGraph) -> None:
    target = Target.from_rate(RATE, build.board.clock_hz)
    folded = finn.fold(target.cycles)
    assert finn.estimate(folded) == Estimate.read(build.folder / "finn" / "out" / "report")
    ours = Planner(build.logical, build.board.budget).plan(target)
    plan = carried_over(folded, build.logical, ours, build.board.budget)
    lanes = {
        layer.output[0]: tuple(getCustomOp(layer).get_nodeattr(key) for key in ("PE", "SIMD"))
        for layer in folded.graph.node
        if layer.op_type.startswith("MVAU")
    }
    units = {n.outputs[0]: n.op for n in plan.graph.nodes if isinstance(n.op, MatrixVector)}
    assert {name: (op.pe, op.simd) for name, op in units.items()} == lanes
    assert plan.interval <= target.cycles and plan.fifo_resources.lut > 0


def test_the_comparison_prints_both(
    build: Build, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["compare", "--config", "small", "--board", "Pynq-Z1", "--fps", str(RATE)]
    monkeypatch.setattr("sys.argv", arguments)
    compare.main()
    text = capsys.readouterr().out
    assert "ours, for 20000" in text and "FINN, no FIFOs" in text
    assert "SetFolding took" in text


def test_no_comparison_without_a_graph(build: Build) -> None:
    with pytest.raises(InputError, match=r"no FINN graph .*run make bitstream CONFIG=other"):
        compare.Contest.open(replace(build, config="other"))


def test_the_highest_rate_is_found(build: Build, finn: FinnGraph) -> None:
    planner = Planner(build.logical, build.board.budget)
    ours = planner.plan(Target.from_rate(RATE, build.board.clock_hz))
    contest = compare.Contest(build, finn, planner, ours)
    found = contest.highest(lambda rate: rate < 9_000)
    assert found is not None and 9_000 / 1.05 < found < 9_000
    assert contest.highest(lambda rate: False) is None
