# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""A picture that both splits have is found though it was saved, scaled or cut again."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from model.checks.findings import Labelled
from model.checks.pictures import duplicate_findings
from model.data.synthetic import synthetic

SPLIT = np.array(["train"] * 8 + ["test"] * 4)


def _pictures() -> list[np.ndarray]:
    """Blurred noise: no two are alike."""
    noise = np.random.default_rng(0).integers(0, 256, (12, 6, 6, 3), dtype=np.uint8)
    return [cv2.resize(each, (96, 96), interpolation=cv2.INTER_CUBIC) for each in noise]


def _found(pictures: list[np.ndarray], split: np.ndarray = SPLIT) -> list[str]:
    data = Labelled(replace(synthetic(12, 14), images=pictures), split)
    return [str(finding) for finding in duplicate_findings(data)]


def test_different_pictures_are_no_finding() -> None:
    assert _found(_pictures()) == []


@pytest.mark.parametrize("change", ["same", "jpeg", "brighter", "scaled", "cut"])
def test_the_same_picture_in_both_splits(change: str) -> None:
    pictures = _pictures()
    again = pictures[3]
    if change == "jpeg":
        again = cv2.imdecode(
            cv2.imencode(".jpg", again, [cv2.IMWRITE_JPEG_QUALITY, 40])[1], cv2.IMREAD_COLOR
        )
    if change == "brighter":
        again = (again * 0.7 + 40).astype(np.uint8)
    if change == "scaled":
        again = cv2.resize(again, (150, 150))
    if change == "cut":
        again = again[1:, 1:]
    pictures[9] = again
    (found,) = _found(pictures)
    assert "1 test images are in the training split too, or nearly so (the first: 9, as 3)" in found


def test_twins_within_a_split_are_no_finding() -> None:
    pictures = _pictures()
    pictures[1] = pictures[0]
    assert _found(pictures) == []
    assert _found([*pictures[:9], *pictures[:3]], np.array(["test"] * 12)) == []


def test_an_even_picture_is_like_no_other() -> None:
    pictures = _pictures()
    pictures[0] = pictures[9] = np.full((96, 96, 3), 50, np.uint8)
    assert _found(pictures) == []
