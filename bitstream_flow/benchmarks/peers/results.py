# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""What the comparison says: a table for people and lines of JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from model.evaluation.results import figure_lines
from model.evaluation.sets import NamedSet
from model.evaluation.tables import BINS_MEAN, INNER, Cell, Rows, Table, figures

# How a row is called whose mean offset per landmark is taken off.
CORRECTED = "offsets off"
# Data set -> column of the table -> row and column of the data set's own table.
_COLUMNS = {
    "helen68": {"HELEN, 51": ("all", f"{INNER} %"), "HELEN, 68": ("all", "NME %")},
    "aflw2000-3d": {
        **{f"AFLW {name}": (name, "NME %") for name in ("yaw 0-30", "yaw 30-60", "yaw 60-90")},
        "AFLW mean": (BINS_MEAN, "NME %"),
    },
}


@dataclass(frozen=True)
class Score:
    """A contestant's errors (N, K) on a data set, as it is and corrected, and the faces that it
    did not find."""

    data: NamedSet
    raw: np.ndarray
    corrected: np.ndarray
    lost: int
    subsets: Mapping[str, np.ndarray]

    @property
    def rows(self) -> dict[str, Rows]:
        """Its tables by `raw` and CORRECTED."""
        errors = {"raw": self.raw, CORRECTED: self.corrected}
        return {name: figures(each, "nme", self.subsets) for name, each in errors.items()}


@dataclass(frozen=True)
class Entry:
    """A contestant: its scores, what there is to say of it, and its CPU seconds per face."""

    name: str
    views: int
    scores: Sequence[Score]
    note: str = ""
    seconds: float = float("nan")


def table(entries: Sequence[Entry], notes: Sequence[str]) -> Table:
    """Two rows per contestant, raw and corrected; NME in %."""
    rows: dict[str, dict[str, Cell]] = {}
    for entry in entries:
        tables = [(score.data.name, score.rows) for score in entry.scores]
        for name, title in (("raw", entry.name), (CORRECTED, f"{entry.name}, {CORRECTED}")):
            rows[title] = {
                column: own[name].get(row, {}).get(figure, float("nan"))
                for data, own in tables
                for column, (row, figure) in _COLUMNS[data].items()
            }
        rows[entry.name] |= {f"{s.data.name} not found": s.lost for s in entry.scores}
        rows[entry.name]["CPU ms per face"] = 1000 * entry.seconds
    return Table("Beside its peers: NME %", rows, [*notes, *(e.note for e in entries if e.note)])


def as_json(entries: Sequence[Entry]) -> str:
    """A line for each figure: model.evaluate's keys, and `offsets`, raw or taken off."""
    return "\n".join(json.dumps(line) for line in _lines(entries))


def _lines(entries: Sequence[Entry]) -> Iterator[dict[str, object]]:
    for entry in entries:
        who = {"network": entry.name, "views": entry.views}
        for score in entry.scores:
            shared = {**who, "data": score.data.name, "split": "test"}
            for offsets, rows in score.rows.items():
                for figure in figure_lines(rows, score.data):
                    yield {**shared, "offsets": offsets, **figure}
            yield {**shared, "subset": "all", "metric": "faces not found", "value": score.lost}
        yield {**who, "metric": "CPU ms per face", "value": 1000 * entry.seconds}
