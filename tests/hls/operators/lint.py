# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""RTL and HLS C++ without a run: clean where the parameters are legal, refused where not."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping

from hls.common.compiler import compiler
from hls.operators.operator import Operator
from hls.simulate.cpp import FLAGS, HEADERS, includes_of, open_headers
from hls.simulate.cpp_text import call
from hls.simulate.verilate import verilator_root

# A port for streams of any width.
CPP = """\
#include "{module}.hpp"
struct Port {{ template <typename T> operator T&() const; }};
void test(const Port& port, const ap_uint<1> (&table)[1]) {{ {statement}; }}
"""


def lint(op: Operator, change: Mapping[str, int] | None = None) -> subprocess.CompletedProcess[str]:
    """`verilator --lint-only -Wall` on the operator's RTL, with some parameters changed."""
    root = verilator_root()
    values = {**op.parameters(), **(change or {})}
    return subprocess.run(
        [
            root / "bin" / "verilator_bin", "--lint-only", "-Wall", "--top-module", op.module,
            *(f"-G{name}={value}" for name, value in values.items()), *op.rtl_sources(),
        ],
        env={**os.environ, "VERILATOR_ROOT": str(root)}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip


def check_clean(op: Operator) -> None:
    """Not one warning on legal parameters."""
    run = lint(op)
    assert run.returncode == 0, run.stderr


def check_refused(op: Operator, change: Mapping[str, int], message: str) -> None:
    """Illegal parameters do not elaborate, and the operator's own sentence says why."""
    run = lint(op, change)
    assert run.returncode, f"{change} elaborates"
    assert f"{op.module}: " in run.stderr and message in run.stderr, run.stderr
    refusals = re.findall(r"static assertion failed[^:]*: (.*)", compile_cpp(op, change).stderr)
    assert any(f"{op.module}: " in text and message in text for text in refusals), refusals


def compile_cpp(op: Operator, change: Mapping[str, int]) -> subprocess.CompletedProcess[str]:
    """The operator's C++ twin through the compiler's front end, with some parameters changed."""
    inputs, outputs = (["port"] * len(side) for side in (op.inputs, op.outputs))
    statement = call(op, inputs, outputs, ["table"] * bool(op.constant_names), change)
    text = CPP.format(module=op.module, statement=statement)
    command = [compiler(), *FLAGS, *includes_of(*HEADERS, open_headers()), "-fsyntax-only"]
    return subprocess.run(
        [*command, "-x", "c++", "-"], input=text, capture_output=True, text=True, check=False
    )
