# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""What evaluations say, as tables: each network's, the paper's beside them, and a summary."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from model.config import Config
from model.published import PUBLISHED
from model.summary import count
from model.tables import Cell, Rows, Table, figures, headline_of, plain, published_table


@dataclass(frozen=True)
class Result:
    """One network on one split: its errors (N, K), and those of a constant guess."""

    config: Config
    split: str
    flip: bool
    checkpoint: Path
    errors: np.ndarray
    constant: np.ndarray
    subsets: Mapping[str, np.ndarray]

    @property
    def headline(self) -> tuple[str, float]:
        """The network's own figure: its name and value."""
        return headline_of(self.errors, self.config.data.metric)

    @property
    def guessed(self) -> float:
        """The same figure of the constant guess."""
        return headline_of(self.constant, self.config.data.metric)[1]

    @property
    def data(self) -> tuple[str, str]:
        """Format and file of what it was evaluated on."""
        return data_source(self.config, self.split)

    @cached_property
    def rows(self) -> Rows:
        """The network's table."""
        return figures(self.errors, self.config.data.metric, self.subsets)

    @cached_property
    def costs(self) -> dict[str, Cell]:
        """Weights, binary multiply-accumulates a frame, the checkpoint's bytes."""
        totals = count(self.config)
        weights = sum(total.weights for total in totals.values())
        macs = totals["binary"].macs if "binary" in totals else 0
        size = self.checkpoint.stat().st_size
        return {"weights": weights, "binary MACs": macs, "file bytes": size}


def data_source(config: Config, split: str) -> tuple[str, str]:
    """Format and file that a split of a configuration is read from."""
    source = config.data.test_source if split == "test" else config.data.sources[0]
    return source.format, source.file


def tables_of(results: list[Result]) -> list[Table]:
    """Each network's table, the paper's for its data sets, and the summary."""
    return [*map(network_table, results), *_beside_the_paper(results), summary(results)]


def network_table(result: Result) -> Table:
    """One network's figures, the headline to its last digit."""
    name, (figure, value) = result.config.name, result.headline
    notes = [
        f"{name}: {figure} {value!r} on {result.rows['all']['images']} {result.split} images"
        f" ({result.data[1]}), {'with' if result.flip else 'without'} flip test",
        ", ".join(f"{number:,} {what}" for what, number in result.costs.items()),
    ]
    if not any(_comparable(result, published.data) for published in PUBLISHED):
        notes.append(f"The paper has no figure for the {result.split} images of this data set.")
    return Table(name, result.rows, notes)


def summary(results: list[Result]) -> Table:
    """A row a network: its figure, its real-valued twin's, their ratio, and a constant guess's."""
    values = {result.config.name: result.headline[1] for result in results}
    rows: Rows = {}
    for result in results:
        (figure, value), twin = result.headline, values.get(f"{result.config.name}-real", np.nan)
        rows[result.config.name] = {
            "data": result.data[1],
            "figure": f"{figure} %",
            "network": 100 * value,
            "real twin": 100 * twin,
            "network / twin": value / twin if twin else np.nan,
            "mean shape": 100 * result.guessed,
            **result.costs,
        }
    notes = [
        "NME: lower is better; PCK: higher. Real twin: the same network in real numbers."
        " Mean shape: the training images', as a guess for every image."
    ]
    return Table("Summary", rows, notes)


def _comparable(result: Result, data: str) -> bool:
    return result.split == "test" and result.data[0] == data


def _beside_the_paper(results: list[Result]) -> list[Table]:
    tables = []
    for published in PUBLISHED:
        same = [result for result in results if _comparable(result, published.data)]
        if same:
            tested = "with" if same[0].flip else "without"
            notes = [
                f"The authors' test code uses the flip test; this project's figures: {tested}."
            ]
            ours = {result.config.name: _paper_columns(result) for result in same}
            tables.append(published_table(published, ours, notes))
    return tables


def _paper_columns(result: Result) -> dict[str, Cell]:
    """Our figures under the names that model.published gives its columns."""
    bins = {name: row["NME %"] for name, row in result.rows.items() if "NME %" in row}
    return {**result.rows["all"], **bins, "weights M": int(result.costs["weights"]) / 1e6}


def as_json(results: list[Result]) -> str:
    """Every figure to its last digit; null where there is none."""

    def entry(result: Result) -> dict[str, object]:
        name, value = result.headline
        about = {"config": result.config.name, "split": result.split, "flip": result.flip}
        values = plain({name.lower(): value, "mean shape": result.guessed, **result.costs})
        rows = {row: plain(cells) for row, cells in result.rows.items()}
        return {**about, "images": result.rows["all"]["images"], **values, "rows": rows}

    return json.dumps([entry(result) for result in results], indent=1)
