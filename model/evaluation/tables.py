# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Tables of accuracy: rows of named figures, as Markdown and CSV."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from model.evaluation.metrics import (
    FACE68_PARTS,
    MPII_PARTS,
    POSE14_PARTS,
    auc,
    failure_rate,
    image_errors,
    mean_of_bins,
    nme,
    pck,
    pck_by_joint,
    pck_total,
)
from model.evaluation.published import Published

Cell = float | int | str
Rows = dict[str, dict[str, Cell]]

BINS_MEAN, INNER = "mean of bins", "inner 51"
_JOINT_PARTS = {14: POSE14_PARTS, 16: MPII_PARTS}
# At which share of the normaliser a part counts as found: as published for LSP and for MPII.
PART_LIMITS = {14: 0.2, 16: 0.5}


@dataclass(frozen=True)
class Table:
    """A title, lines of text, and rows; a column that a row lacks is empty there."""

    title: str
    rows: Mapping[str, Mapping[str, Cell]]
    notes: Sequence[str] = ()

    @property
    def columns(self) -> list[str]:
        """Every column, in the order in which rows name them."""
        return list(dict.fromkeys(column for row in self.rows.values() for column in row))


def headline_of(errors: np.ndarray, metric: str) -> tuple[str, float]:
    """The figure that stands for errors (N, K): its name and value.

    With MPII's 16 joints it is PCKh, the mean over its parts' joints; else all joints are pooled.
    """
    if metric == "nme":
        return "NME", nme(errors)
    return f"{_pck_name(errors.shape[1])}@0.5", _pck(errors, 0.5)


def own_column(metric: str, landmarks: int) -> str:
    """The column of that figure in the tables."""
    return "NME %" if metric == "nme" else f"{_pck_name(landmarks)}@0.5 %"


def part_metric(metric: str, landmarks: int) -> str:
    """What the parts' columns hold: NME, PCK@0.2 or PCKh@0.5."""
    return "NME" if metric == "nme" else f"{_pck_name(landmarks)}@{PART_LIMITS.get(landmarks, 0.5)}"


def figures(errors: np.ndarray, metric: str, subsets: Mapping[str, np.ndarray]) -> Rows:
    """One row for all images and one for each subset, and the mean of yaw bins; shares in %."""
    row = _face_row if metric == "nme" else _pose_row
    masks = {"all": np.ones(len(errors), bool), **subsets}
    rows = {name: row(errors[mask]) for name, mask in masks.items()}
    bins = [rows[name] for name in subsets if name.startswith("yaw ")]
    if bins:
        means: dict[str, Cell] = {key: mean_of_bins(float(b[key]) for b in bins) for key in bins[0]}
        rows[BINS_MEAN] = means | {"images": sum(int(b["images"]) for b in bins)}
    return rows


def _face_row(errors: np.ndarray) -> dict[str, Cell]:
    parts = {INNER: range(17, 68), **FACE68_PARTS} if errors.shape[1] == 68 else {}
    values = {"NME %": nme(errors)}
    values |= {f"{name} %": nme(errors[:, part]) for name, part in parts.items()}
    values |= {f"AUC to {limit:.2f} %": auc(errors, limit) for limit in (0.08, 0.15)}
    values |= {f"over {limit:.2f} %": failure_rate(errors, limit) for limit in (0.08, 0.10)}
    return _percent(values, errors)


def _pose_row(errors: np.ndarray) -> dict[str, Cell]:
    parts = _JOINT_PARTS.get(errors.shape[1], {})
    name = _pck_name(errors.shape[1])
    values = {f"{name}@{limit} %": _pck(errors, limit) for limit in (0.5, 0.2)}
    shares = pck_by_joint(errors, PART_LIMITS.get(errors.shape[1], 0.5), parts)
    return _percent(values | {f"{name} %": share for name, share in shares.items()}, errors)


def _pck_name(landmarks: int) -> str:
    return "PCKh" if landmarks == 16 else "PCK"


def _pck(errors: np.ndarray, limit: float) -> float:
    return pck_total(errors, limit, MPII_PARTS) if errors.shape[1] == 16 else pck(errors, limit)


def _percent(values: Mapping[str, float], errors: np.ndarray) -> dict[str, Cell]:
    images: dict[str, Cell] = {"images": len(image_errors(errors))}
    return {name: 100 * value for name, value in values.items()} | images


def published_table(
    published: Published, ours: Mapping[str, Mapping[str, Cell]], notes: Sequence[str] = ()
) -> Table:
    """The published table below our rows, of which its columns are shown."""
    rows: Rows = {
        name: {column: row.get(column, math.nan) for column in published.columns}
        | {"source": "this project"}
        for name, row in ours.items()
    }
    for name, values, certainty in published.rows:
        rows[name] = {**dict(zip(published.columns, values, strict=False)), "source": certainty}
    return Table(f"Published: {published.title}", rows, notes)


def markdown(table: Table) -> str:
    """Title, notes and an aligned Markdown table."""
    names = table.columns
    lines = [["", *names]]
    lines += [[row, *(_text(v.get(n, math.nan)) for n in names)] for row, v in table.rows.items()]
    widths = [max(3, *map(len, column)) for column in zip(*lines, strict=True)]
    lines.insert(1, ["-" * width for width in widths])
    body = [f"| {' | '.join(map(str.ljust, line, widths))} |" for line in lines]
    return "\n\n".join([f"## {table.title}", *table.notes, "\n".join(body)])


def _text(value: Cell) -> str:
    if isinstance(value, float):
        return "-" if math.isnan(value) else f"{value:.2f}"
    return f"{value:,}" if isinstance(value, int) else value


def as_csv(tables: Iterable[Table]) -> str:
    """All tables in one file, a line a figure, to the last digit; nothing where there is none."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(["table", "row", "column", "value"])
    for table in tables:
        for row, values in table.rows.items():
            writer.writerows([table.title, row, *item] for item in plain(values).items())
    return file.getvalue()


def plain(values: Mapping[str, Cell]) -> dict[str, Cell | None]:
    """None for NaN, which JSON has no word for."""
    return {
        key: None if isinstance(value, float) and math.isnan(value) else value
        for key, value in values.items()
    }
