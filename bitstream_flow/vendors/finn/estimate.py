# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""What FINN says that its layers cost and how long they take."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from bitstream_flow.boards.board import Board

_BRAM18_OF_BRAM36 = 2


@dataclass(frozen=True)
class Estimate:
    """FINN's own estimate of a folded graph; it counts no FIFO, fork, addition or concat."""

    cycles: int
    slowest: str
    lut: float
    bram18: float
    dsp: float

    @classmethod
    def read(cls, reports: Path) -> Estimate:
        """From the reports of FINN's builder."""
        pace = json.loads((reports / "estimate_network_performance.json").read_text())
        total = json.loads((reports / "estimate_layer_resources.json").read_text())["total"]
        return cls(
            pace["max_cycles"], pace["max_cycles_node_name"],
            total["LUT"], total["BRAM_18K"], total["DSP"],
        )  # fmt: skip

    def shares(self, board: Board) -> dict[str, float]:
        """Resource -> share of the whole part."""
        has = board.budget
        return {
            "LUT": self.lut / has.lut,
            "BRAM18": self.bram18 / (_BRAM18_OF_BRAM36 * has.bram36),
            "DSP": self.dsp / has.dsp,
        }
