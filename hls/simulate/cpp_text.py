# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Operators as HLS C++: the text of a call, of its tables and of a testbench round one operator.

Of a function's streams, the side with several ports comes last.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from hls.operators.fifo import Fifo
from hls.operators.operator import Constants, Memory, Operator
from hls.streams.tensor import Stream

_NATIVE_BITS = 64
_PER_LINE = 8


def call(
    op: Operator,
    inputs: Sequence[str],
    outputs: Sequence[str],
    tables: Sequence[str] = (),
    change: Mapping[str, int] | None = None,
) -> str:
    """One frame through the operator, between streams of these names."""
    values = {**op.cpp_arguments(), **(change or {})}
    ports = [*outputs, *inputs] if len(inputs) > 1 else [*inputs, *outputs]
    parameters = ", ".join(map(str, values.values()))
    return f"operators::{op.module}<{parameters}>({', '.join([*ports, *tables])})"


def table(name: str, memory: Memory) -> str:
    """A read-only memory as a constant array."""
    words = [_literal(word, memory.width_bits) for word in memory.words]
    rows = [", ".join(words[i : i + _PER_LINE]) for i in range(0, len(words), _PER_LINE)]
    body = ",\n    ".join(rows)
    return f"const ap_uint<{memory.width_bits}> {name}[{len(words)}] = {{\n    {body}}};\n"


def _literal(word: int, bits: int) -> str:
    if bits <= _NATIVE_BITS:
        return f"{word:#x}ull"
    return f'ap_uint<{bits}>("{word:x}", 16)'


def operator_testbench(
    op: Operator, constants: Constants, change: Mapping[str, int] | None = None, depth: int = 1
) -> str:
    """A program that sends frames through one operator, its streams `depth` beats deep."""
    memories = op.tables(constants) if constants else ()
    tables = [f"table_{index}" for index in range(len(memories))]
    inputs = [f"in_{index}" for index in range(len(op.inputs))]
    outputs = [f"out_{index}" for index in range(len(op.outputs))]
    body: list[str] = []
    for name, stream in zip([*inputs, *outputs], [*op.inputs, *op.outputs], strict=True):
        body.append(f'hls::stream<ap_uint<{stream.width_bits}>, {depth}> {name}("{name}");')
    if isinstance(op, Fifo):
        values = {**op.parameters(), **(change or {})}
        body = [f'operators::fifo<{values["WIDTH_BITS"]}, {values["DEPTH"]}> in_0("in_0");']
        outputs = inputs
    else:
        body.append(f"PROCESS({call(op, inputs, outputs, tables, change)});")
    return "".join([
        '#include "ends.hpp"\n#include "process.hpp"\n',
        f'#include "{op.cpp_header().name}"\n',
        *map(table, tables, memories),
        main_program([*body, *ends(op.inputs, inputs, op.outputs, outputs)]),
    ])  # fmt: skip


def ends(
    inputs: Sequence[Stream], names: Sequence[str], outputs: Sequence[Stream], to: Sequence[str],
    beat_bytes: int | None = None,
) -> Iterator[str]:  # fmt: skip
    """Statements: a source for each input stream, a sink for each output stream."""
    for index, (stream, name) in enumerate(zip(inputs, names, strict=True)):
        octets = beat_bytes or -(-stream.width_bits // 8)
        yield f'csim::source({name}, "source{index}.bin", {octets});'
    for index, (stream, name) in enumerate(zip(outputs, to, strict=True)):
        yield f'csim::sink({name}, "sink{index}.bin", {stream.beats});'


def main_program(body: Sequence[str], join: str = "JOIN_PROCESSES") -> str:
    """The function main round the statements."""
    lines = ["csim::read_options(argc, argv);", *body, join]
    return "int main(int argc, char** argv) {\n" + "".join(f"  {line}\n" for line in lines) + "}\n"
