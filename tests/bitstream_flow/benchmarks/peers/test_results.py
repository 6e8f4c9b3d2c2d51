# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""The table has two rows per contestant; JSON has a line for each figure."""

from __future__ import annotations

import json

import numpy as np
import pytest

from bitstream_flow.benchmarks.peers.results import Entry, Score, as_json, table
from model.evaluation.sets import KNOWN
from model.evaluation.tables import markdown


@pytest.fixture
def entry() -> Entry:
    raw = np.full((4, 68), 0.05)
    raw[2:, :17] = 0.10
    bins = {name: np.arange(4) % 3 == i for i, name in enumerate(("yaw 0-30", "yaw 30-60"))}
    bins["yaw 60-90"] = np.arange(4) == 2
    scores = [
        Score(KNOWN["helen68"], raw, raw / 2, 0, {}),
        Score(KNOWN["aflw2000-3d"], raw, raw / 2, 3, bins),
    ]
    return Entry("dlib, given the box", 1, scores, "dlib 20", 0.0025)


def test_the_table(entry: Entry) -> None:
    made = table([entry], ["said"])
    raw, corrected = made.rows.values()
    assert list(made.rows) == [entry.name, f"{entry.name}, offsets off"]
    assert raw["HELEN, 51"] == pytest.approx(5) and corrected["HELEN, 51"] == pytest.approx(2.5)
    assert raw["AFLW yaw 60-90"] == pytest.approx(5 + 5 * 17 / 68)
    assert raw["CPU ms per face"] == pytest.approx(2.5) and raw["aflw2000-3d not found"] == 3
    assert markdown(made).count("\n| ") == 4 and "dlib 20" in markdown(made)


def test_the_lines(entry: Entry) -> None:
    lines = [json.loads(line) for line in as_json([entry]).splitlines()]
    inner = [
        each for each in lines if each.get("subset") == "inner 51" and each["data"] == "helen68"
    ]
    assert [(each["offsets"], each["metric"], each["value"]) for each in inner] == [
        ("raw", "NME", pytest.approx(5)), ("offsets off", "NME", pytest.approx(2.5)),
    ]  # fmt: skip
    assert {"mean of bins", "yaw 0-30"} <= {each.get("subset") for each in lines}
    assert lines[-1] == {
        "network": "dlib, given the box", "views": 1, "metric": "CPU ms per face", "value": 2.5,
    }  # fmt: skip
    lost = [each["value"] for each in lines if each["metric"] == "faces not found"]
    assert lost == [0, 3]
