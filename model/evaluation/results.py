# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""What evaluations say, as tables (each network's, published ones beside them, a summary) and as
lines of JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from pathlib import Path

import numpy as np

from model.config import Config
from model.evaluation.published import PUBLISHED, Published
from model.evaluation.reliability import Reliability
from model.evaluation.sets import NamedSet
from model.evaluation.tables import Cell, Rows, Table, figures, part_metric, plain, published_table
from model.network.count import count

GUESS = "mean shape"


@dataclass(frozen=True)
class Result:
    """One network on one split of a data set, with `views` views of each square: its errors
    (N, K), those of a constant guess, and how far its confidences hold where it has any."""

    config: Config
    data: NamedSet
    split: str
    views: int
    checkpoint: Path
    errors: np.ndarray
    constant: np.ndarray
    subsets: Mapping[str, np.ndarray]
    confidence: Reliability | None = None

    @property
    def name(self) -> str:
        """The network, and the views where they are several."""
        return f"{self.config.name}, {self.views} views" if self.views > 1 else self.config.name

    @property
    def figure(self) -> str:
        """What the data set's headline is, in words."""
        row, column = self.data.headline
        metric, part = _metric_and_part(self.data, column)
        return ", ".join([metric, *(word for word in (row, part) if word != "all")])

    @property
    def headline(self) -> float:
        """The network's own figure, in per cent."""
        return self._headline_in(self.rows)

    @property
    def guessed(self) -> float:
        """The same figure of the constant guess."""
        return self._headline_in(self.guess_rows)

    def _headline_in(self, rows: Rows) -> float:
        row, column = self.data.headline
        return float(rows.get(row, {}).get(column, np.nan))

    @cached_property
    def rows(self) -> Rows:
        """The network's table."""
        return figures(self.errors, self.data.metric, self.subsets)

    @cached_property
    def guess_rows(self) -> Rows:
        """The constant guess's."""
        return figures(self.constant, self.data.metric, self.subsets)

    @cached_property
    def costs(self) -> dict[str, Cell]:
        """Weights, binary multiply-accumulates per frame, the checkpoint's bytes."""
        totals = count(self.config)
        weights = sum(total.weights for total in totals.values())
        macs = totals["binary"].macs if "binary" in totals else 0
        size = self.checkpoint.stat().st_size
        return {"weights": weights, "binary MACs": macs, "file bytes": size}


def tables_of(results: list[Result]) -> list[Table]:
    """Each network's table on each data set, published ones with ours, and the summary."""
    groups = groupby(results, lambda result: (result.data.name, result.config.name))
    return [
        *(network_table(list(group)) for _, group in groups),
        *_confidences(results),
        *_beside_the_published(results),
        summary(results),
    ]


def _confidences(results: Iterable[Result]) -> Iterator[Table]:
    for result in results:
        if result.confidence is not None:
            yield result.confidence.table(f"{result.config.name}: confidence")


def network_table(results: list[Result]) -> Table:
    """One network's figures on one data set, for each number of views; the headline's digits."""
    first = results[0]
    rows: Rows = {}
    for result in results:
        views = f", {result.views} views" if result.views > 1 else ""
        rows |= {f"{subset}{views}": row for subset, row in result.rows.items()}
    name, data = first.config.name, first.data
    said = f"{first.rows['all']['images']} {first.split} images ({data.source.file})"
    notes = [
        f"{each.name}: {each.figure} {each.headline!r} % on {said}" for each in results
    ]  # fmt: skip
    if data.metric == "pck":
        notes.append(f"Parts: {part_metric(data.metric, data.landmarks)}.")
    notes.append(", ".join(f"{number:,} {what}" for what, number in first.costs.items()))
    return Table(f"{name} on {data.name}", rows, notes)


def summary(results: list[Result]) -> Table:
    """A row a network and data set: its figure, its real-valued twin's, their ratio, and a
    constant guess's."""
    values = {(r.config.name, r.data.name, r.views): r.headline for r in results}
    several = len({result.data.name for result in results}) > 1
    rows: Rows = {}
    for result in results:
        key = (f"{result.config.name}-real", result.data.name, result.views)
        twin = values.get(key, np.nan)
        rows[f"{result.name} on {result.data.name}" if several else result.name] = {
            "data": result.data.name,
            "figure": f"{result.figure} %",
            "network": result.headline,
            "real twin": twin,
            "network / twin": result.headline / twin if twin else np.nan,
            GUESS: result.guessed,
            **result.costs,
        }
    notes = [
        "NME: lower is better; PCK: higher. Real twin: the same network in real numbers."
        " Mean shape: the training images', as a guess for every image."
    ]
    return Table("Summary", rows, notes)


def _comparable(results: Iterable[Result], published: Published) -> list[Result]:
    return [r for r in results if r.split == "test" and r.data.source.format == published.data]


def _beside_the_published(results: list[Result]) -> Iterator[Table]:
    for published in PUBLISHED:
        same = _comparable(results, published)
        if same:
            note = "The paper's authors add up the heatmaps of the picture and its mirror image."
            ours = {result.name: _published_columns(result) for result in same}
            yield published_table(published, ours, [note])


def _published_columns(result: Result) -> dict[str, Cell]:
    """Our figures under the names that model.evaluation.published gives its columns."""
    bins = {name: row["NME %"] for name, row in result.rows.items() if "NME %" in row}
    return {**result.rows["all"], **bins, "weights M": int(result.costs["weights"]) / 1e6}


def as_json(results: list[Result]) -> str:
    """A line for each figure, in per cent to its last digit; null where there is none.

    Keys: network, data, split, subset, metric, views, value; published figures, each under its
    own network's name, have a source too and null for the views.
    """
    return "\n".join(json.dumps(line) for line in _lines(results))


def _lines(results: list[Result]) -> Iterator[dict[str, object]]:
    guessed = set()
    for result in results:
        shared = {"data": result.data.name, "split": result.split}
        for figure in figure_lines(result.rows, result.data):
            yield {"network": result.config.name, **shared, "views": result.views, **figure}
        held = {} if result.confidence is None else result.confidence.shares
        for metric, value in held.items():
            figure = {"subset": "all", "metric": metric, "value": value}
            yield {"network": result.config.name, **shared, "views": result.views, **figure}
        if result.data.name not in guessed:
            guessed.add(result.data.name)
            for figure in figure_lines(result.guess_rows, result.data):
                yield {"network": GUESS, **shared, "views": 1, **figure}
    for published in PUBLISHED:
        for result in _comparable(results, published)[:1]:
            known = {"data": result.data.name, "split": "test", "views": None}
            for name, values, source in published.rows:
                row = dict(zip(published.columns, values, strict=False))
                for figure in _published_figures(row, result.data):
                    yield {"network": name, **known, **figure, "source": source}


def _published_figures(row: dict[str, float], data: NamedSet) -> Iterator[dict[str, object]]:
    """Columns that are no figure of a table's are subsets, whose NME they are."""
    for column, value in row.items():
        if np.isnan(value) or column == "weights M":
            continue
        rows: Rows = {"all": {column: value}} if column[-1] == "%" else {column: {"NME %": value}}
        yield from figure_lines(rows, data)


def figure_lines(rows: Rows, data: NamedSet) -> Iterator[dict[str, object]]:
    """Subset, metric and value of every cell that is a share; a part joins the subset's name."""
    for row, cells in rows.items():
        for column, value in plain(cells).items():
            if column.endswith(" %"):
                metric, part = _metric_and_part(data, column)
                words = [word for word in (row, part) if word != "all"]
                subset = ", ".join(words) or "all"
                yield {"subset": subset, "metric": metric, "value": value}


def _metric_and_part(data: NamedSet, column: str) -> tuple[str, str]:
    """A table's column -> metric and part ("all" where it is the whole's)."""
    name = column.removesuffix(" %")
    if name.startswith(("NME", "PCK", "AUC", "over")):
        return name, "all"
    return part_metric(data.metric, data.landmarks), name.lower()
