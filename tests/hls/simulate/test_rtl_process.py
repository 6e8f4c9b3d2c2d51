# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""A live simulation: beats in and out as they come, time only within calls, state between them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from hls.operators.operator import LIBRARY
from hls.simulate.rtl import Design, SimulationError, Simulator, build
from hls.simulate.rtl_process import Live
from hls.streams.tensor import Stream, TensorType

# Frames of four bytes through a FIFO of three.
ACCELERATOR = """\
module accelerator (
    input  logic clk, input logic rst_n,
    input  logic [7:0] s_axis_tdata, input logic s_axis_tvalid, output logic s_axis_tready,
    output logic [7:0] m_axis_tdata, output logic m_axis_tvalid, input logic m_axis_tready,
    output logic m_axis_tlast
);
  logic [1:0] beat;
  fifo #(.WIDTH_BITS(8), .DEPTH(3), .RING(2), .NAME("middle")) u_fifo (
      .clk, .rst_n, .in_data(s_axis_tdata), .in_valid(s_axis_tvalid), .in_ready(s_axis_tready),
      .out_data(m_axis_tdata), .out_valid(m_axis_tvalid), .out_ready(m_axis_tready));
  assign m_axis_tlast = beat == 3;
  always_ff @(posedge clk)
    if (!rst_n) beat <= '0;
    else if (m_axis_tvalid && m_axis_tready) beat <= beat + 1'b1;
endmodule
"""


@pytest.fixture(scope="module")
def simulator(tmp_path_factory: pytest.TempPathFactory) -> Simulator:
    source = tmp_path_factory.mktemp("rtl") / "accelerator.sv"
    source.write_text(ACCELERATOR)
    stream = Stream(TensorType(2, 2, 1, 8), 1)
    return build(
        Design("accelerator", {}, (source, LIBRARY / "fifo.sv"), (stream,), (stream,), axis=True)
    )


@pytest.fixture()
def live(simulator: Simulator) -> Iterator[Live]:
    live = Live(simulator)
    yield live
    live.stop()


def test_a_terminals_ctrl_c_does_not_reach_it(live: Live) -> None:
    assert os.getpgid(live._process.pid) != os.getpgid(0)


def test_what_is_not_taken_stays_with_the_caller(live: Live) -> None:
    step = live.advance(bytes(range(8)), room=0, cycles=50)
    assert (step.taken, step.output, step.last, step.cycles) == (3, b"", False, 50)
    assert step.first_taken == 0
    step = live.advance(b"", room=2, cycles=50)
    assert step.output == bytes([0, 1]) and not step.last and step.cycles < 55
    step = live.advance(bytes(range(3, 8)), room=8, cycles=50)
    # A frame's end comes before the rest is taken.
    assert step.output == bytes([2, 3]) and step.last and step.taken < 5
    fifo = live.stop()[0]
    assert (fifo.name, fifo.depth, fifo.max_fill) == ("middle", 3, 3)
    assert fifo.fill == 3 + step.taken - 4


def test_starved_it_stands_still_until_more_comes(live: Live) -> None:
    step = live.advance(b"ab", room=4, cycles=100)
    assert step.taken == 2 and step.cycles < 100
    step = live.advance(b"", room=4, cycles=100)
    assert step.output == b"ab" and not step.last
    step = live.advance(b"cd", room=2, cycles=100)
    output = step.output + live.advance(b"", room=2 - len(step.output), cycles=100).output
    assert output == b"cd"


def test_a_frame_at_a_time_keeps_its_order(live: Live) -> None:
    data = bytes(range(200, 240))
    output, offered = b"", 0
    for _ in range(100):
        step = live.advance(data[offered : offered + 5], room=3, cycles=7)
        offered += step.taken
        output += step.output
    assert output == data


def test_a_program_that_breaks_off(simulator: Simulator, tmp_path: Path) -> None:
    program = tmp_path / "program"
    program.write_text("#!/bin/sh\necho %Error: memory is missing\n")
    program.chmod(0o755)
    with pytest.raises(SimulationError, match="broke off: %Error: memory is missing") as caught:
        Live(replace(simulator, program=program)).advance(b"a" * 4, room=4, cycles=10)
    assert "\n" not in str(caught.value)
