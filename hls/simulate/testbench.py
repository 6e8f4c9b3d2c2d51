# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""What is simulated, and the testbench round it: a source on every input, a sink on every output.

An accelerator's testbench can also be live: then the program that clocks it stands in for both.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from hls.streams.encoding import axis_bytes
from hls.streams.tensor import Stream


@dataclass(frozen=True)
class Design:
    """RTL with streams.

    Ports as in the operator library, or with `axis` one AXI4-Stream in and out (s_axis_*, m_axis_*,
    beats padded to `axis_bytes`). The RTL reads each file of `data_files` as `mem/<file name>`.
    """

    top: str
    parameters: Mapping[str, int | str]
    sources: tuple[Path, ...]
    inputs: tuple[Stream, ...]
    outputs: tuple[Stream, ...]
    axis: bool = False
    data_files: tuple[Path, ...] = ()


def testbench_text(design: Design) -> str:
    """The module `testbench`: the design, a source on each input and a sink on each output."""
    sinks = len(design.outputs)
    return "\n".join([
        "module testbench (",
        "  input logic clk, input logic rst_n,",
        *(_live_ports(design) if design.axis else ()),
        "  output logic moved, output logic done, output logic [31:0] beats);",
        "  logic [31:0] cycle;",
        "  always_ff @(posedge clk) cycle <= rst_n ? cycle + 1 : '0;",
        f"  logic [{sinks - 1}:0] sink_done;",
        f"  logic [31:0] sink_beats [{sinks}];",
        *_nets("in", design, design.inputs),
        *_nets("out", design, design.outputs),
        "  logic last;",
        *(_switch(design) if design.axis else ("  assign last = 1'b0;",)),
        *(_endpoint(design, "source", port) for port in range(len(design.inputs))),
        *(_endpoint(design, "sink", port) for port in range(sinks)),
        _instance(design),
        "  assign moved = |(in_valid & in_ready) || |(out_valid & out_ready);",
        "  assign done = &sink_done;",
        "  assign beats = sink_beats[0];",
        "endmodule",
        "",
    ])  # fmt: skip


def _live_ports(design: Design) -> Iterator[str]:
    """With +live these drive the design instead of source and sink (see live.cpp)."""
    yield "  input logic live_valid, input logic live_room,"
    yield f"  input logic [{_width(design, design.inputs) - 1}:0] live_in,"
    yield f"  output logic [{_width(design, design.outputs) - 1}:0] live_out,"
    yield "  output logic live_taken, output logic live_left, output logic live_last,"


def _switch(design: Design) -> Iterator[str]:
    yield "  logic live;"
    yield '  initial live = $test$plusargs("live") != 0;'
    yield from _nets("source", design, design.inputs)
    yield from _nets("sink", design, design.outputs)
    yield "  assign in_data = live ? live_in : source_data;"
    yield "  assign in_valid = live ? live_valid : source_valid;"
    yield "  assign source_ready = in_ready & ~live;"
    yield "  assign out_ready = live ? live_room : sink_ready;"
    yield "  assign sink_valid = out_valid & ~live;"
    yield "  assign sink_data = out_data;"
    yield "  assign live_taken = in_valid & in_ready;"
    yield "  assign live_left = out_valid & out_ready;"
    yield "  assign live_out = out_data;"
    yield "  assign live_last = last;"


def _nets(side: str, design: Design, streams: Sequence[Stream]) -> Iterator[str]:
    count = len(streams)
    yield f"  logic [{_width(design, streams) * count - 1}:0] {side}_data;"
    yield f"  logic [{count - 1}:0] {side}_valid, {side}_ready;"


def _endpoint(design: Design, kind: str, port: int) -> str:
    """The instance of a stream_source or stream_sink."""
    side = kind if design.axis else "in" if kind == "source" else "out"
    width = _width(design, design.inputs if kind == "source" else design.outputs)
    parameters, extra = f".WIDTH_BITS({width}), .INDEX({port})", ""
    if kind == "sink":
        beats = design.outputs[port].beats
        parameters += f", .FRAME_BEATS({beats}), .HAS_LAST({int(design.axis)})"
        extra = f".last, .done(sink_done[{port}]), .beats(sink_beats[{port}]), "
    return (
        f"  stream_{kind} #({parameters}) {kind}{port} (.clk, .rst_n, .cycle, {extra}"
        f".data({side}_data[{port * width} +: {width}]),"
        f" .valid({side}_valid[{port}]), .ready({side}_ready[{port}]));"
    )


def _instance(design: Design) -> str:
    values = ", ".join(f".{name}({_literal(v)})" for name, v in design.parameters.items())
    ports = [".clk", ".rst_n"]
    for prefix, side in (("s_axis_t", "in"), ("m_axis_t", "out")):
        for signal in ("data", "valid", "ready"):
            net = f"{side}_{signal}"
            ports.append(f".{prefix}{signal}({net})" if design.axis else f".{net}")
    if design.axis:
        ports.append(".m_axis_tlast(last)")
    return f"  {design.top} #({values}) design_under_test ({', '.join(ports)});"


def _width(design: Design, streams: Sequence[Stream]) -> int:
    """Bits of each of the streams' data ports; the ports of one side are alike."""
    (width,) = {stream.width_bits for stream in streams}
    return 8 * axis_bytes(width) if design.axis else width


def _literal(value: int | str) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value)
