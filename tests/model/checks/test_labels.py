# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Faults of labels: found, counted, and said with a remedy."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from model.checks.findings import Labelled
from model.checks.labels import label_findings
from model.data.synthetic import synthetic

SPLIT = np.array(["train"] * 4 + ["test"] * 2)


def _data() -> Labelled:
    return Labelled(synthetic(6, 14), SPLIT, np.arange(6))


def test_good_labels_have_none() -> None:
    assert list(label_findings(_data())) == []


@pytest.mark.parametrize(
    ("field", "place", "value", "message", "fatal"),
    [
        ("landmarks", (2, 3), np.nan, "visible landmarks that are no numbers in image 2", True),
        ("visible", 1, False, "no visible landmark in image 1: leave them out", True),
        ("box", (slice(1, 3), 2), 0, "a box without area in 2 images (the first: 1)", True),
        ("box", (4, 0), np.nan, "a box without area in image 4", True),
        ("norm", 5, 0, "a normaliser of 0 or less in image 5", True),
        ("norm", slice(None), np.nan, "no image has a normaliser", True),
        (
            "landmarks",
            (3, 0),
            500,
            "landmarks more than a box's side from its centre in image 3",
            False,
        ),
    ],
)
def test_faults(field: str, place: object, value: float, message: str, fatal: bool) -> None:
    data = _data()
    getattr(data.dataset, field)[place] = value
    (found,) = label_findings(data)
    assert message in str(found) and found.fatal == fatal


def test_a_hidden_landmark_may_be_anything() -> None:
    data = _data()
    data.dataset.visible[0, 0], data.dataset.landmarks[0, 0] = False, np.nan
    assert list(label_findings(data)) == []


def test_groups_and_splits() -> None:
    (found,) = label_findings(replace(_data(), group=np.array([7, 1, 2, 3, 7, 4])))
    assert "1 groups are in both splits (the first: 7)" in str(found) and found.fatal
    (found,) = label_findings(replace(_data(), split=np.array(["train"] * 5 + ["val"])))
    assert "an unknown split in image 5: name it train or test" in str(found)
