# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Boards: the part, its resources and the clock that designs are made for."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path

import tomllib

from hls.common.errors import InputError
from hls.operators.resources import Resources

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Board:
    """One board; `budget` is the whole part (LUT, FF, BRAM36, DSP48, UltraRAM).

    `family` is Yosys' name of the part's; `board_part`, `processor` (its block) and `memory_bits`
    (its memory port's width) are Vivado's.
    """

    name: str
    part: str
    family: str
    board_part: str
    processor: str
    memory_bits: int
    clock_mhz: float
    budget: Resources

    @property
    def clock_hz(self) -> float:
        """Clock of the programmable logic in Hz."""
        return self.clock_mhz * 1e6


def board_names() -> list[str]:
    """The boards that have a file."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def load_board(name: str) -> Board:
    """Read `boards/<name>.toml`; an unknown board is an InputError that lists the known ones."""
    path = FOLDER / f"{name}.toml"
    if name not in board_names():
        raise InputError(f"unknown board {name!r}; known: {', '.join(board_names())}")
    values = tomllib.loads(path.read_text())
    counts = {field.name: values.pop(field.name, 0) for field in fields(Resources)}
    return Board(name=name, budget=Resources(**counts), **values)
