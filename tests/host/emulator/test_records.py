# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Python's records and numbers are those of plan.hpp, which the compiled engine reads."""

from __future__ import annotations

import ctypes
import re

import pytest

from host.emulator import plan, records
from host.emulator.library import (
    HERE,
    ExportRecord,
    PlanRecord,
    SinkRecord,
    StepRecord,
    TensorRecord,
)

TEXT = re.sub(r"//.*", "", (HERE / "plan.hpp").read_text())
RECORDS = {
    "Tensor": TensorRecord,
    "Sink": SinkRecord,
    "Step": StepRecord,
    "Export": ExportRecord,
    "Plan": PlanRecord,
}
INTEGERS = {"int32_t": ctypes.c_int32, "int64_t": ctypes.c_int64}
POINTER_BYTES = ctypes.sizeof(ctypes.c_void_p)


def _declared(struct: str) -> list[tuple[str, int, bool]]:
    """(name, bytes, whether it is a pointer) of each field of a struct of plan.hpp."""
    body = re.search(rf"struct {struct} \{{(.*?)\}};", TEXT, re.DOTALL)[1]
    found = []
    for kind, names in re.findall(r"(?:const )?(\w+) ([^;]+);", body):
        for star, name, count in re.findall(r"(\*?)(\w+)(?:\[(\d+)\])?", names):
            whole = RECORDS.get(kind) or INTEGERS.get(kind)
            size = POINTER_BYTES if star else int(count or 1) * ctypes.sizeof(whole)
            found.append((name, size, bool(star)))
    return found


def _is_pointer(kind: type) -> bool:
    return kind is ctypes.c_void_p or hasattr(kind, "contents")


@pytest.mark.parametrize("struct", RECORDS)
def test_records_have_the_fields_of_plan_hpp(struct: str) -> None:
    fields = [
        (name, ctypes.sizeof(kind), _is_pointer(kind)) for name, kind in RECORDS[struct]._fields_
    ]
    assert fields == _declared(struct)


@pytest.mark.parametrize(
    ("enum", "module"), [("Storage", plan), ("Source", plan), ("Function", records)]
)
def test_numbers_have_the_names_of_plan_hpp(enum: str, module: object) -> None:
    names = re.search(rf"enum {enum} : int32_t \{{(.*?)\}}", TEXT)[1].split(", ")
    names = [name.strip() for name in names]
    assert len(names) > 3 and [getattr(module, name) for name in names] == [*range(len(names))]


def test_every_struct_is_compared() -> None:
    assert set(re.findall(r"struct (\w+)", TEXT)) == set(RECORDS)
