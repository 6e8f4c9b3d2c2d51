# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""What Vivado reports of the placed and routed overlay: resources, and how fast it can run."""

from __future__ import annotations

import re
from pathlib import Path

from hls.common.errors import InputError
from hls.operators.resources import Resources
from host.bundle.manifest import Routed

# Rows of report_utilization: 7-series and UltraScale+ name them differently.
_ROWS = {
    "lut": ("Slice LUTs", "CLB LUTs"),
    "ff": ("Slice Registers", "CLB Registers"),
    "bram36": ("Block RAM Tile",),
    "dsp": ("DSPs",),
    "uram": ("URAM",),
}
# Rows of parts that have it; the others have no such row.
_OPTIONAL = {"uram"}


def read_reports(folder: Path) -> Routed:
    """Read utilisation.rpt and slack.txt of a Vivado run."""
    text = _read(folder / "utilisation.rpt")
    values = {name: _used(text, name, folder) for name in _ROWS}
    slack = _read(folder / "slack.txt").strip()
    try:
        return Routed(Resources(**values), float(slack))
    except ValueError:
        raise InputError(f"{folder / 'slack.txt'} holds {slack!r}, not a number") from None


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}") from None


def _used(text: str, name: str, folder: Path) -> float:
    rows = _ROWS[name]
    found = re.search(rf"^\|\s*(?:{'|'.join(rows)})\*?\s*\|\s*([\d.]+)\s*\|", text, re.MULTILINE)
    if found is None and name in _OPTIONAL:
        return 0.0
    if found is None:
        raise InputError(f"{folder / 'utilisation.rpt'} has no row {rows[0]!r}: unknown format")
    return float(found[1])
