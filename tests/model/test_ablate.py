# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""The ablation study: its rows are valid, it goes on where it stopped, its table adds up."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from hls.common.errors import InputError
from model import ablate
from model.ablate import MARK, Result, Row, Run, read_results, run_study, study, table, train_run
from model.config import load_config

ROW = Row("two words", "what it is", ("network.depth=1",), True, "", ("faces68",))


def _result(row: str, seed: int, figure: float) -> Result:
    return Result(row, seed, "NME", figure, 10, 20, 4, 1.5, "yes")


def test_every_row_is_a_valid_configuration() -> None:
    configs, rows, seeds = study()
    assert set(configs) == {"faces68", "pose14"} and seeds == 3
    names = [row.name for row in rows]
    assert len(set(names)) == len(names)
    for data, config in configs.items():
        for run in ablate.runs_of(data, config, rows, seeds):
            changed = load_config(run.config, run.overrides)
            assert changed.training.seed == run.seed
            assert bool(run.row.teacher) == bool(changed.training.distil)
            assert not run.row.teacher or run.row.teacher in names


def test_deciding_rows_have_three_seeds() -> None:
    _, rows, seeds = study()
    runs = list(ablate.runs_of("faces68", "ablation-face", rows, seeds))
    assert sum(run.row.name == "base" for run in runs) == 3
    assert sum(run.row.name == "wider" for run in runs) == 1
    assert len({(run.row.name, run.seed) for run in runs}) == len(runs)


def test_results_are_kept_to_the_last_digit(tmp_path: Path) -> None:
    path, results = tmp_path / "x.csv", [_result("a, b", 0, 0.1 + 0.2), _result("c", 1, 1e-9)]
    assert read_results(path) == []
    ablate.write_results(path, results)
    assert read_results(path) == results
    path.write_text("row,seed\nx,y\n")
    with pytest.raises(InputError, match=r"x\.csv is no table of results"):
        read_results(path)


def test_the_table_by_hand() -> None:
    text = table("ablation-face", [ROW], [_result(ROW.name, s, f) for s, f in enumerate((1, 2, 6))])
    row = text.splitlines()[2].split(" | ")
    assert row[2:7] == ["3.0000", "5.0000", "3", "10", "yes"]
    assert "--config ablation-face --set network.depth=1" in row[-1]


def test_a_study_goes_on_where_it_stopped(tmp_path: Path, monkeypatch) -> None:
    trained: list[Run] = []

    def fake(run: Run, _data: Path, _out: Path) -> Result:
        if len(trained) == 3:
            raise KeyboardInterrupt
        trained.append(run)
        return _result(run.row.name, run.seed, 0.1)

    monkeypatch.setattr(ablate, "FOLDER", tmp_path)
    monkeypatch.setattr(ablate, "study", lambda: ({"faces68": "ablation-face"}, [ROW, other], 2))
    other = Row("other", "", (), True, ROW.name, ("faces68",))
    monkeypatch.setattr(ablate, "train_run", fake)
    with pytest.raises(KeyboardInterrupt):
        run_study("faces68", tmp_path, tmp_path, 1)
    assert len(read_results(tmp_path / "faces68.csv")) == 3
    trained.clear()
    run_study("faces68", tmp_path, tmp_path, 1)
    assert [(run.row.name, run.seed) for run in trained] == [("other", 1)]
    ablate.write_tables({"faces68": "ablation-face"}, [ROW, other])
    page = (tmp_path / "README.md").read_text()
    assert page.startswith(MARK) and "## faces68" in page
    (tmp_path / "README.md").write_text("what it means\n\n" + page)
    ablate.write_tables({"faces68": "ablation-face"}, [ROW, other])
    assert (tmp_path / "README.md").read_text() == "what it means\n\n" + page


def test_a_run_that_fails_says_why(tmp_path: Path, monkeypatch) -> None:
    def failing(_command: list[str], stdout, **_options: object) -> subprocess.CompletedProcess:
        stdout.write("error: the loss is nan in epoch 2\n")
        return subprocess.CompletedProcess([], 1)

    monkeypatch.setattr(ablate.subprocess, "run", failing)
    with pytest.raises(InputError, match="two words, seed 1: error: the loss is nan"):
        train_run(Run("ablation-face", ROW, 1), tmp_path, tmp_path)


def test_a_run_is_read_from_its_log(tmp_path: Path, monkeypatch) -> None:
    def trained(command: list[str], stdout, **_options: object) -> subprocess.CompletedProcess:
        assert command[command.index("--config") + 1] == "ablation-face"
        stdout.write("epoch 4/4 loss 3.1 NME 0.07392 | 200 images/s, 0 min left\nwrote x\n")
        return subprocess.CompletedProcess([], 0)

    monkeypatch.setattr(ablate.subprocess, "run", trained)
    result = train_run(Run("ablation-face", ROW, 1), tmp_path, tmp_path)
    assert (result.metric, result.figure, result.exact) == ("NME", 0.07392, "yes")
    assert result.macs > 0 and result.epochs == 4
