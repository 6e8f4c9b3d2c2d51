# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Tables of figures against values worked out by hand."""

from __future__ import annotations

import csv
import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from model.config import Config
from model.evaluation.metrics import MPII_PARTS
from model.evaluation.published import AUTHORS, OTHERS, PCKH, PUBLISHED, RECALLED
from model.evaluation.results import Result, as_json, network_table, summary, tables_of
from model.evaluation.sets import own_set
from model.evaluation.tables import BINS_MEAN, Table, as_csv, figures, headline_of, markdown

NAN = np.nan
PAPER = "Bulat and Tzimiropoulos, binary"


def _result(
    config: Config, folder: Path, errors: np.ndarray, data: str = "packed", **changes: object
) -> Result:
    network = replace(config.network, landmarks=errors.shape[1], real=config.name.endswith("real"))
    metric = "pck" if data == "mpii" else "nme"
    config = replace(config, network=network, data=replace(config.data, format=data, metric=metric))
    checkpoint = folder / "some.safetensors"
    checkpoint.write_bytes(bytes(100))
    data_set = own_set(config, str(changes.get("split", "test")))
    whole = Result(config, data_set, "test", 1, checkpoint, errors, errors * 2, {})
    return replace(whole, **changes)


def test_faces_by_hand() -> None:
    errors = np.full((2, 68), 0.05)
    errors[1] = 0.09
    errors[0, 36:48] = 0.01  # the eyes
    rows = figures(errors, "nme", {"second": np.array([False, True])})
    first = (56 * 0.05 + 12 * 0.01) / 68
    assert rows["all"]["NME %"] == pytest.approx(100 * (first + 0.09) / 2)
    assert rows["all"]["Eyes %"] == pytest.approx(5)  # (1 + 9) / 2
    assert rows["all"]["Jaw %"] == pytest.approx(7)
    assert (rows["all"]["over 0.08 %"], rows["all"]["over 0.10 %"]) == (50, 0)
    assert rows["all"]["AUC to 0.08 %"] == pytest.approx(50 * (1 - first / 0.08))
    assert rows["second"]["AUC to 0.15 %"] == pytest.approx(100 * (1 - 0.09 / 0.15))
    assert (rows["all"]["images"], rows["second"]["images"]) == (2, 1)


def test_the_mean_of_yaw_bins_is_not_over_images() -> None:
    errors = np.array([0.1, 0.1, 0.1, 0.2, 0.6])[:, None].repeat(5, axis=1)
    yaw = np.array([0, 0, 0, 1, 2])
    rows = figures(errors, "nme", {f"yaw {i}": yaw == i for i in range(3)})
    assert list(rows) == ["all", "yaw 0", "yaw 1", "yaw 2", BINS_MEAN]
    assert rows["all"]["NME %"] == pytest.approx(22)
    assert rows[BINS_MEAN]["NME %"] == pytest.approx(30)
    assert rows[BINS_MEAN]["images"] == 5
    assert "Eyes %" not in rows["all"]  # no parts are known of 5 landmarks


def test_poses_pool_their_joints() -> None:
    errors = np.full((3, 14), NAN)
    errors[0, [12, 13]] = 0.1, 0.3
    errors[1, 12] = 0.7
    clean = np.array([True, False, False])
    rows = figures(errors, "pck", {"clean": clean})
    assert rows["all"]["PCK@0.5 %"] == pytest.approx(200 / 3)
    assert rows["all"]["PCK@0.2 %"] == pytest.approx(100 / 3)
    assert rows["all"]["Head %"] == pytest.approx(25)  # within 0.2: 1 of 2, and none of 1
    assert (rows["clean"]["PCK@0.5 %"], rows["all"]["images"]) == (100, 2)
    assert math.isnan(float(rows["all"]["Knee %"]))
    assert headline_of(errors, "pck") == ("PCK@0.5", pytest.approx(2 / 3))


def test_mpii_leaves_pelvis_and_thorax_out() -> None:
    errors = np.zeros((1, 16))
    errors[0, [6, 7]] = 9
    assert headline_of(errors, "pck") == ("PCKh@0.5", 1)
    assert figures(errors, "pck", {})["all"][PCKH] == 100


def test_markdown_and_csv() -> None:
    table = Table("T", {"a": {"x": 1.005, "n": 1234}, "bc": {"x": NAN, "s": "text"}}, ["Note."])
    assert markdown(table).splitlines() == [
        "## T",
        "",
        "Note.",
        "",
        "|     | x    | n     | s    |",
        "| --- | ---- | ----- | ---- |",
        "| a   | 1.00 | 1,234 | -    |",
        "| bc  | -    | -     | text |",
    ]
    lines = list(csv.reader(as_csv([table]).splitlines()))
    assert lines[0] == ["table", "row", "column", "value"]
    assert lines[1:] == [
        ["T", "a", "x", "1.005"],
        ["T", "a", "n", "1234"],
        ["T", "bc", "x", ""],
        ["T", "bc", "s", "text"],
    ]


def test_the_papers_figures_fit_their_columns() -> None:
    for published in PUBLISHED:
        for _name, values, certainty in published.rows:
            assert len(values) <= len(published.columns)
            assert any(words in certainty for words in (AUTHORS, OTHERS, RECALLED))
    assert {published.data for published in PUBLISHED} == {
        "mpii", "aflw2000-3d", "aflw", "aflw-pifa", "aflw-pifa-all"
    }  # fmt: skip


def test_our_row_stands_above_the_papers(small, tmp_path) -> None:
    errors = np.full((1, 16), 0.1)
    errors[0, list(MPII_PARTS["Ankle"])] = 0.9
    tables = {table.title: table for table in tables_of([_result(small, tmp_path, errors, "mpii")])}
    rows = tables["Published: MPII validation: the binary network"].rows
    assert list(rows)[:2] == ["small", f"{PAPER}, released model of 1.3 MB"]
    assert (rows["small"]["Ankle %"], rows["small"]["Head %"]) == (0, 100)
    assert rows["small"][PCKH] == pytest.approx(100 * 12 / 14)
    assert rows[f"{PAPER}, ICCV 2017"][PCKH] == 78.1
    blocks = tables["Published: MPII validation: binary blocks"].rows
    assert 0 < float(blocks["small"]["weights M"]) < 0.01


def test_yaw_bins_stand_beside_the_papers(small, tmp_path) -> None:
    errors, bins = np.full((3, 68), 0.03), np.eye(3, dtype=bool)
    names = ("yaw 0-30", "yaw 30-60", "yaw 60-90")
    subsets = dict(zip(names, bins, strict=True))
    result = _result(small, tmp_path, errors, "aflw2000-3d", subsets=subsets)
    (table,) = (t for t in tables_of([result]) if t.title.startswith("Published"))
    assert [table.rows["small"][name] for name in (*names, BINS_MEAN)] == pytest.approx([3] * 4)
    assert (table.rows[PAPER][BINS_MEAN], table.rows["PRN"][BINS_MEAN]) == (3.26, 3.62)


def test_other_data_has_no_published_figure(small, tmp_path) -> None:
    result = _result(small, tmp_path, np.full((3, 5), 0.1))
    titles = [table.title for table in tables_of([result])]
    assert titles == ["small on none.npz", "Summary"]
    trained_on = _result(small, tmp_path, np.full((3, 16), 0.1), "mpii", split="train")
    assert "train images" in network_table([trained_on]).notes[0]
    assert len(tables_of([trained_on])) == 2


def test_views_are_rows_of_one_table(small, tmp_path) -> None:
    one = _result(small, tmp_path, np.full((2, 14), 0.3), "mpii")
    eight = replace(one, views=8, errors=one.errors / 2)
    table, *_, whole = tables_of([one, eight])
    assert list(table.rows) == ["all", "all, 8 views"]
    assert (table.rows["all"]["Knee %"], table.rows["all, 8 views"]["Knee %"]) == (0, 100)
    assert "Parts: PCK@0.2." in table.notes and "small, 8 views: PCK@0.5 100.0 %" in table.notes[1]
    assert list(whole.rows) == ["small", "small, 8 views"]


def test_summary_sets_a_network_beside_its_twin(small, tmp_path) -> None:
    twin = replace(small, name="small-real")
    pairs = [(small, 0.3), (twin, 0.2)]
    results = [_result(config, tmp_path, np.full((2, 5), value)) for config, value in pairs]
    rows = summary(results).rows
    assert rows["small"]["real twin"] == pytest.approx(20)
    assert rows["small"]["network / twin"] == pytest.approx(1.5)
    assert rows["small"]["mean shape"] == pytest.approx(60)
    assert math.isnan(float(rows["small-real"]["real twin"]))
    assert rows["small"]["file bytes"] == 100
    assert rows["small"]["weights"] == rows["small-real"]["weights"]
    assert int(rows["small"]["binary MACs"]) > 0 == rows["small-real"]["binary MACs"]


def test_json_says_every_figure_in_a_line(small, tmp_path) -> None:
    errors, bins = np.full((3, 68), 0.1 + 0.2), np.eye(3, dtype=bool)
    subsets = dict(zip(("yaw 0-30", "yaw 30-60", "yaw 60-90"), bins, strict=True))
    nan = np.full_like(errors, NAN)
    result = _result(small, tmp_path, errors, "aflw2000-3d", subsets=subsets, constant=nan)
    lines = [json.loads(line) for line in as_json([replace(result, views=8)]).splitlines()]
    keys = ("network", "data", "subset", "metric", "views")
    found = {tuple(line[key] for key in keys): line for line in lines}
    assert len(found) == len(lines)
    for subset in ("all", BINS_MEAN, "yaw 0-30", "inner 51", "yaw 60-90, jaw"):
        line = found["small", "aflw2000-3d", subset, "NME", 8]
        assert line["value"] == pytest.approx(30) and "source" not in line
    assert found["mean shape", "aflw2000-3d", "all", "NME", 1]["value"] is None
    paper = found[PAPER, "aflw2000-3d", BINS_MEAN, "NME", None]
    assert paper["value"] == 3.26 and AUTHORS in paper["source"]
    assert found["HGFPN", "aflw2000-3d", "all", "NME", None]["value"] == 2.71


def test_json_of_poses_names_parts_and_thresholds(small, tmp_path) -> None:
    errors = np.full((1, 16), 0.3)
    lines = map(json.loads, as_json([_result(small, tmp_path, errors, "mpii")]).splitlines())
    found = {(each["network"], each["subset"], each["metric"]): each["value"] for each in lines}
    assert found["small", "all", "PCKh@0.2"] == 0 and found["small", "knee", "PCKh@0.5"] == 100
    assert found[f"{PAPER}, ICCV 2017", "knee", "PCKh@0.5"] == 70.5
    assert found["SimpleBaseline, ResNet-50", "all", "PCKh@0.5"] == 88.53
