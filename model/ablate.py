# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""The ablation study: `python -m model.ablate --data FOLDER [--only faces68] [--jobs 2]`.

Trains every row of model/ablation/study.toml that has no result yet (an interrupted study goes on
where it stopped), keeps a line per run in model/ablation/<data>.csv, and writes the table of means
and spreads into model/ablation/README.md, below its text.
"""

from __future__ import annotations

import argparse
import csv
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import tomllib
from tqdm import tqdm

from hls.common.errors import InputError, run_command
from model.config import load_config
from model.data.load import data_folder
from model.network.count import count

FOLDER = Path(__file__).parent / "ablation"
MARK = "<!-- everything below is written by python -m model.ablate -->"


@dataclass(frozen=True)
class Row:
    """One line of the study."""

    name: str
    about: str
    overrides: tuple[str, ...]
    decides: bool
    teacher: str
    data: tuple[str, ...]


@dataclass(frozen=True)
class Result:
    """One trained network: a line of the CSV."""

    row: str
    seed: int
    metric: str
    figure: float
    weights: int
    macs: int
    epochs: int
    minutes: float
    exact: str


@dataclass(frozen=True)
class Run:
    """A row with a seed, on one data set's base configuration."""

    config: str
    row: Row
    seed: int

    @property
    def overrides(self) -> list[str]:
        """What the run changes in its base configuration."""
        return [*self.row.overrides, f"training.seed={self.seed}"]

    def folder(self, out: Path, row: str = "") -> Path:
        """Where the run's checkpoints lie, or those of another row with the same seed."""
        return out / self.config / f"{(row or self.row.name).replace(' ', '-')}-{self.seed}"

    def arguments(self, out: Path) -> list[str]:
        """model.train's command line, data left out."""
        words = ["--config", self.config, "--out", str(self.folder(out)), "--resume"]
        words += [word for each in self.overrides for word in ("--set", each)]
        if self.row.teacher:
            taught = self.folder(out, self.row.teacher) / f"{self.config}.safetensors"
            words += ["--teacher", f"{self.config}-real", "--teacher-checkpoint", str(taught)]
        return words


def study() -> tuple[dict[str, str], list[Row], int]:
    """(data set -> base configuration, rows, seeds of a deciding row)."""
    values = tomllib.loads((FOLDER / "study.toml").read_text())
    rows = [
        Row(
            r["name"], r["about"], tuple(r["set"]), r.get("decides", False), r.get("teacher", ""),
            tuple(r.get("data", values["data"])),
        )
        for r in values["row"]
    ]  # fmt: skip
    return values["data"], rows, values["seeds"]


def runs_of(data: str, config: str, rows: list[Row], seeds: int) -> Iterator[Run]:
    """All runs: every row once before any second seed, teachers before those they teach."""
    for seed in range(seeds):
        for row in rows:
            if data in row.data and (seed == 0 or row.decides):
                yield Run(config, row, seed)


def read_results(path: Path) -> list[Result]:
    """The lines of a CSV; none where there is no file."""
    if not path.exists():
        return []
    kinds = {"int": int, "float": float, "str": str}
    with path.open(newline="") as file:
        try:
            return [
                Result(**{f.name: kinds[str(f.type)](line[f.name]) for f in fields(Result)})
                for line in csv.DictReader(file)
            ]
        except (KeyError, TypeError, ValueError) as error:
            raise InputError(f"{path} is no table of results ({error}): remove it") from None


def write_results(path: Path, results: list[Result]) -> None:
    """The whole CSV, in one step."""
    fresh = path.with_name(path.name + ".new")
    with fresh.open("w", newline="") as file:
        writer = csv.DictWriter(file, [field.name for field in fields(Result)])
        writer.writeheader()
        writer.writerows(asdict(result) for result in results)
    fresh.rename(path)


def train_run(run: Run, data: Path, out: Path) -> Result:
    """Train one run in a process of its own; InputError with the log's last line if it fails."""
    folder, start = run.folder(out), time.monotonic()
    folder.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "model.train", *run.arguments(out), "--data", str(data)]
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    with (folder / "log.txt").open("a") as log:
        ended = subprocess.run(command, stdout=log, stderr=subprocess.STDOUT, env=environment)
    lines = (folder / "log.txt").read_text().splitlines()
    if ended.returncode:
        raise InputError(f"{run.row.name}, seed {run.seed}: {lines[-1] if lines else 'no output'}")
    metric, figure = next(
        line.split("|")[0].split()[-2:] for line in reversed(lines) if line.startswith("epoch ")
    )
    config = load_config(run.config, run.overrides)
    totals = count(config)
    return Result(
        run.row.name, run.seed, metric, float(figure),
        sum(total.weights for total in totals.values()),
        sum(total.macs for total in totals.values()),
        config.training.epochs, round((time.monotonic() - start) / 60, 2),
        config.network.inexact or "yes",
    )  # fmt: skip


def table(config: str, rows: list[Row], results: list[Result]) -> str:
    """Markdown: mean, spread (largest minus smallest) and command of each row with a result."""
    better = "higher" if any(r.metric.startswith("PCK") for r in results) else "lower"
    metric = results[0].metric if results else "figure"
    lines = [
        f"| row | what changes | {metric} ({better} is better) | spread | seeds | weights"
        " | hardware-exact | `python -m model.train --data DATA --out RUN` … |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        found = [r for r in results if r.row == row.name]
        if found:
            figures = [r.figure for r in found]
            spread = f"{max(figures) - min(figures):.4f}" if len(figures) > 1 else "-"
            lines.append(
                f"| {row.name} | {row.about} | {statistics.mean(figures):.4f} | {spread}"
                f" | {len(figures)} | {found[0].weights:,} | {found[0].exact.split(':')[0]}"
                f" | `{_command(config, row)}` |"
            )
    return "\n".join(lines)


def _command(config: str, row: Row) -> str:
    """A row's options; TWIN stands for the folder of the real twin's run."""
    words = ["--config", config]
    for each in row.overrides:
        words += ["--set", f'"{each}"' if "'" in each else each]
    if row.teacher:
        words += [f"--teacher {config}-real --teacher-checkpoint TWIN/{config}.safetensors"]
    return " ".join(words)


def write_tables(configs: Mapping[str, str], rows: list[Row]) -> None:
    """Put the tables of all data sets below the mark in README.md."""
    page = FOLDER / "README.md"
    text = page.read_text().partition(MARK)[0] if page.exists() else ""
    parts = [text + MARK]
    for data, config in configs.items():
        results = read_results(FOLDER / f"{data}.csv")
        if results:
            parts.append(f"## {data}\n\n{table(config, rows, results)}")
    page.write_text("\n\n".join(parts) + "\n")


def run_study(name: str, data: Path, out: Path, jobs: int) -> None:
    """Train what is missing of one data set, several runs at a time; results kept as they come."""
    configs, rows, seeds = study()
    config, path = configs[name], FOLDER / f"{name}.csv"
    results = read_results(path)
    done = {(result.row, result.seed) for result in results}
    wanted = runs_of(name, config, rows, seeds)
    missing = [run for run in wanted if (run.row.name, run.seed) not in done]
    waves = [[run for run in missing if bool(run.row.teacher) == late] for late in (False, True)]
    bar = tqdm(total=len(missing), unit="run", desc=config, disable=None)
    for wave in waves:
        with ThreadPoolExecutor(jobs) as pool:
            for result in pool.map(lambda run: train_run(run, data, out), wave):
                results.append(result)
                write_results(path, results)
                bar.update()
                tqdm.write(f"{result.row} {result.seed}: {result.metric} {result.figure:.5f}")
    bar.close()


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(prog="python -m model.ablate", description=__doc__)
    parser.add_argument("--data", type=Path, help="folder with the packed data")
    parser.add_argument("--only", help="one data set of the study")
    parser.add_argument("--out", type=Path, default=Path("runs/ablation"), help="checkpoints, logs")
    parser.add_argument("--jobs", type=int, default=1, help="runs at a time, a thread each")
    parser.add_argument("--tables", action="store_true", help="only write the tables again")
    args = parser.parse_args()
    configs, rows, _ = study()
    if args.only and args.only not in configs:
        raise InputError(f"the study has no data set {args.only!r}: {', '.join(configs)}")
    folder = data_folder(args.data)
    if not args.tables and (folder is None or not folder.is_dir()):
        raise InputError(f"data folder {folder} is missing: give --data or set LANDMARK_DATA")
    for name in configs:
        if folder is not None and not args.tables and args.only in (None, name):
            run_study(name, folder, args.out, args.jobs)
    write_tables(configs, rows)
    print(f"wrote {FOLDER / 'README.md'}")


if __name__ == "__main__":
    run_command(main)
