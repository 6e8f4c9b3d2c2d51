# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Folded graph -> the HLS C++ of the chip: operators as dataflow processes, a FIFO per edge.

`accelerator` has the AXI4-Streams of the RTL's shell, with tlast on the last beat of a frame. The
same text is what Vitis HLS synthesises and what the C simulation runs.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from bitstream_flow.generate.rtl import SPDX, check_identifiers, identifier
from hls.graph.chip import Chip
from hls.graph.graph import Graph, Node
from hls.operators.fifo import Fifo
from hls.operators.operator import PARTS
from hls.operators.xnor_mvu import XnorMvu
from hls.simulate.cpp_text import call, table
from hls.streams.encoding import axis_bytes
from hls.streams.tensor import Stream

TOP = "accelerator"
_PRAGMAS = (
    "INTERFACE axis port=s_axis",
    "INTERFACE axis port=m_axis",
    "INTERFACE ap_ctrl_none port=return",
    "DATAFLOW",
)


def generate_hls(chip: Chip, folder: Path) -> list[Path]:
    """Write the chip's C++ and the headers that it needs into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    operators = {Fifo.cpp_header(), *(node.op.cpp_header() for node in chip.graph.nodes)}
    for source in {*PARTS.glob("*.hpp"), *operators}:
        shutil.copyfile(source, folder / source.name)
    for name, text in hls_texts(chip).items():
        (folder / name).write_text(text)
    return sorted(folder.iterdir())


def hls_texts(chip: Chip) -> dict[str, str]:
    """The generated files: dataflow.hpp, dataflow.cpp and tables.hpp."""
    graph = chip.graph
    check_identifiers(graph)
    return {
        "dataflow.hpp": SPDX + _declaration(chip),
        "dataflow.cpp": SPDX + "\n".join([*_includes(graph), *_top(chip)]),
        "tables.hpp": SPDX + "".join(["\n#pragma once\n\n#include <ap_int.h>\n", *_tables(graph)]),
    }


def axis_bits(stream: Stream) -> int:
    """Bits of tdata."""
    return 8 * axis_bytes(stream.width_bits)


def _declaration(chip: Chip) -> str:
    first, last = chip.ends
    return "\n".join([
        "//",
        "// Generated: the network as one function, a frame a call.",
        "",
        "#pragma once",
        "",
        "#include <ap_axi_sdata.h>",
        "#include <hls_stream.h>",
        "",
        f"void {TOP}(hls::stream<ap_axiu<{axis_bits(first)}, 0, 0, 0>>& s_axis,",
        f"                 hls::stream<ap_axiu<{axis_bits(last)}, 0, 0, 0>>& m_axis);",
        "",
    ])  # fmt: skip


def _includes(graph: Graph) -> Iterator[str]:
    used = {node.op.cpp_header().name for node in graph.nodes}
    used |= {"axis.hpp", "fifo.hpp", "process.hpp"}
    yield ""
    yield '#include "dataflow.hpp"'
    yield ""
    yield from (f'#include "{name}"' for name in sorted(used | {"tables.hpp"}))
    yield ""


def _top(chip: Chip) -> Iterator[str]:
    graph, (first, last) = chip.graph, chip.ends
    yield f"void {TOP}(hls::stream<ap_axiu<{axis_bits(first)}, 0, 0, 0>>& s_axis,"
    yield f"                 hls::stream<ap_axiu<{axis_bits(last)}, 0, 0, 0>>& m_axis) {{"
    yield from (f"#pragma HLS {pragma}" for pragma in _PRAGMAS)
    for node in graph.nodes:
        yield from _storage(node)
    for edge, fifo in chip.fifos.items():
        yield from _fifo(edge, fifo)
    source, sink = _variable(graph.input), _variable(graph.output)
    yield (
        f"  PROCESS(operators::from_axis<{first.width_bits}, {axis_bits(first)}, {first.beats}>"
        f"(s_axis, {source}));"
    )
    for node in graph.nodes:
        inputs, outputs = ([*map(_variable, names)] for names in (node.inputs, node.outputs))
        yield f"  PROCESS({call(node.op, inputs, outputs, list(_memories(node)))});"
    signed = int(last.tensor.signed and last.lanes == 1)
    yield (
        f"  PROCESS(operators::to_axis<{last.width_bits}, {axis_bits(last)}, {signed},"
        f" {last.beats}>({sink}, m_axis));"
    )
    yield "  JOIN_PROCESSES"
    yield "}"
    yield ""


def _fifo(edge: str, fifo: Fifo) -> Iterator[str]:
    values = ", ".join(map(str, fifo.parameters().values()))
    name = _variable(edge)
    yield f'  operators::fifo<{values}> {name}("{edge}");'
    yield f"#pragma HLS STREAM variable={name} depth={places(fifo.depth)}"
    if fifo.ultra_ram:
        yield f"#pragma HLS BIND_STORAGE variable={name} type=fifo impl=uram"


def places(depth: int) -> int:
    """Beats that the stream in C++ holds where the RTL has a FIFO of this depth, see fifo.hpp."""
    return depth or 2


def _variable(edge: str) -> str:
    return f"fifo_{identifier(edge)}"


def _memories(node: Node) -> Iterator[str]:
    for memory in node.op.tables(node.constants):
        yield f"{identifier(node.name)}_{memory.parameter.removesuffix('_FILE').lower()}"


def _storage(node: Node) -> Iterator[str]:
    """Where weights lie; other tables are partitioned into logic by their operators."""
    if isinstance(node.op, XnorMvu):
        (name,) = _memories(node)
        place = "bram" if node.op.block_ram else "lutram"
        yield f"#pragma HLS BIND_STORAGE variable={name} type=rom_1p impl={place}"


def _tables(graph: Graph) -> Iterator[str]:
    for node in graph.nodes:
        for name, memory in zip(_memories(node), node.op.tables(node.constants), strict=True):
            yield "\n" + table(name, memory)
