# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""The top level in SystemVerilog: operators wired through one FIFO per edge, memories as files.

`dataflow` carries plain valid/ready streams; `accelerator` is the AXI4-Stream shell that a DMA
and the simulation both see, with tlast on the last beat of a frame.
"""

from __future__ import annotations

import re
import shutil
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from string import Template

from hls.common.errors import InputError
from hls.graph.chip import Chip
from hls.graph.graph import Graph, Node
from hls.operators.fifo import Fifo
from hls.streams.encoding import axis_bytes
from hls.streams.tensor import Stream

SPDX = (
    "// SPDX-FileCopyrightText: 2026 The Binary Landmarks authors\n"
    "// SPDX-License-Identifier: BSD-3-Clause\n"
)

ACCELERATOR = Template("""\
// AXI4-Stream shell: pads beats to whole bytes and marks the end of a frame.
module accelerator (
    input  logic clk,
    input  logic rst_n,
    input  logic [${in_bytes}*8-1:0] s_axis_tdata,
    input  logic s_axis_tvalid,
    output logic s_axis_tready,
    output logic [${out_bytes}*8-1:0] m_axis_tdata,
    output logic m_axis_tvalid,
    input  logic m_axis_tready,
    output logic m_axis_tlast
);
  localparam int unsigned FrameBeats = ${frame_beats};
  logic [${out_width}-1:0] result;
  logic [$$clog2(FrameBeats + 1)-1:0] beat;

  dataflow u_dataflow (
      .clk, .rst_n,
      .in_data(s_axis_tdata[${in_width}-1:0]), .in_valid(s_axis_tvalid), .in_ready(s_axis_tready),
      .out_data(result), .out_valid(m_axis_tvalid), .out_ready(m_axis_tready)
  );

  assign m_axis_tdata = (${out_bytes} * 8)'(${extend}(result));
  assign m_axis_tlast = 32'(beat) == FrameBeats - 1;

  always_ff @(posedge clk)
    if (!rst_n) beat <= '0;
    else if (m_axis_tvalid && m_axis_tready) beat <= m_axis_tlast ? '0 : beat + 1'b1;
${unused}
endmodule
""")


def identifier(name: str) -> str:
    """A tensor or node name as a Verilog identifier (dots and slashes become underscores)."""
    return re.sub(r"\W", "_", name)


def generate(chip: Chip, folder: Path) -> list[Path]:
    """Write the chip's RTL into `folder`; returns the files, `mem/` included."""
    graph = chip.graph
    check_identifiers(graph)
    (folder / "mem").mkdir(parents=True, exist_ok=True)
    kinds = {type(node.op) for node in graph.nodes} | {Fifo}
    for source in {source for kind in kinds for source in kind.rtl_sources()}:
        shutil.copyfile(source, folder / source.name)
    for node in graph.nodes:
        for parameter, path in memory_files(node).items():
            memory = next(m for m in node.op.memories(node.constants) if m.parameter == parameter)
            (folder / path).write_text(memory.text())
    (folder / "dataflow.sv").write_text(SPDX + _dataflow(chip))
    (folder / "accelerator.sv").write_text(SPDX + _accelerator(*chip.ends))
    return sorted(path for path in folder.rglob("*") if path.is_file())


def memory_files(node: Node) -> dict[str, str]:
    """RTL file parameter -> path of the node's memory, relative to the RTL folder."""
    memories = node.op.memories(node.constants)
    return {m.parameter: f"mem/{identifier(node.name)}_{m.parameter.lower()}.mem" for m in memories}


def check_identifiers(graph: Graph) -> None:
    """Raise InputError where two names become one identifier."""
    names = [node.name for node in graph.nodes]
    for kind in (names, list(graph.tensors)):
        clash, count = Counter(map(identifier, kind)).most_common(1)[0]
        if count > 1:
            raise InputError(f"{count} names become the same Verilog identifier {clash}")


def _accelerator(first: Stream, last: Stream) -> str:
    in_bytes = axis_bytes(first.width_bits)
    spare = in_bytes * 8 - first.width_bits
    rest = f"s_axis_tdata[{in_bytes * 8 - 1}:{first.width_bits}]"
    unused = f"\n  logic unused;\n  assign unused = ^{rest};"
    return ACCELERATOR.substitute(
        in_bytes=in_bytes,
        out_bytes=axis_bytes(last.width_bits),
        in_width=first.width_bits,
        out_width=last.width_bits,
        frame_beats=last.beats,
        extend="$signed" if last.tensor.signed and last.lanes == 1 else "$unsigned",
        unused=unused if spare else "",
    )


def _dataflow(chip: Chip) -> str:
    graph, (first, last) = chip.graph, chip.ends
    lines = [
        "// Generated: the network as operators wired through one FIFO per edge.",
        "module dataflow (",
        "    input  logic clk,",
        "    input  logic rst_n,",
        f"    input  logic [{first.width_bits - 1}:0] in_data,",
        "    input  logic in_valid,",
        "    output logic in_ready,",
        f"    output logic [{last.width_bits - 1}:0] out_data,",
        "    output logic out_valid,",
        "    input  logic out_ready",
        ");",
    ]
    for edge, fifo in chip.fifos.items():
        lines += _fifo(edge, fifo)
    for node in graph.nodes:
        lines += _instance(node)
    source, sink = identifier(graph.input), identifier(graph.output)
    lines += [
        f"  assign {source}_i_data = in_data;",
        f"  assign {source}_i_valid = in_valid;",
        f"  assign in_ready = {source}_i_ready;",
        f"  assign out_data = {sink}_o_data;",
        f"  assign out_valid = {sink}_o_valid;",
        f"  assign {sink}_o_ready = out_ready;",
        "endmodule",
    ]
    return "\n".join(lines) + "\n"


def _fifo(edge: str, fifo: Fifo) -> list[str]:
    name, width = identifier(edge), fifo.inputs[0].width_bits
    parameters = ", ".join(f".{k}({v})" for k, v in fifo.parameters().items())
    return [
        f"  logic [{width - 1}:0] {name}_i_data, {name}_o_data;",
        f"  logic {name}_i_valid, {name}_i_ready, {name}_o_valid, {name}_o_ready;",
        f'  fifo #({parameters}, .NAME("{edge}")) fifo_{name} (',
        f"      .clk, .rst_n, .in_data({name}_i_data), .in_valid({name}_i_valid),",
        f"      .in_ready({name}_i_ready), .out_data({name}_o_data),",
        f"      .out_valid({name}_o_valid), .out_ready({name}_o_ready));",
    ]


def _instance(node: Node) -> list[str]:
    parameters = [f".{key}({value})" for key, value in node.op.parameters().items()]
    parameters += [f'.{key}("{path}")' for key, path in memory_files(node).items()]
    return [
        f"  {node.op.module} #({', '.join(parameters)}) u_{identifier(node.name)} (",
        "      .clk, .rst_n,",
        *_ports("in", node.inputs, "o"),
        *_ports("out", node.outputs, "i", last=True),
    ]


def _ports(side: str, names: Iterable[str], end: str, last: bool = False) -> list[str]:
    """Port connections; several streams make a flat vector with the first in the lowest bits."""
    wires = [identifier(name) for name in reversed(tuple(names))]
    lines = []
    for signal in ("data", "valid", "ready"):
        joined = ", ".join(f"{wire}_{end}_{signal}" for wire in wires)
        value = f"{{{joined}}}" if len(wires) > 1 else joined
        lines.append(f"      .{side}_{signal}({value}),")
    return [*lines[:-1], lines[-1][:-1] + ");"] if last else lines
