# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""A packed file whose arrays don't fit: each fault is a line that names it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from hls.common.errors import InputError
from model.checks.packed import array_findings, labelled, picture_findings
from model.data.packed import read_arrays
from tests.model.data.test_packed import write_packed


def _arrays(folder: Path, **changes: np.ndarray | None) -> dict[str, np.ndarray]:
    write_packed(folder / "data.npz", **changes)  # type: ignore[arg-type]
    return read_arrays(folder / "data.npz")


def test_a_good_file_has_none(tmp_path: Path) -> None:
    arrays = _arrays(tmp_path, source=np.array(["a", "b"] * 3), clean=np.ones(6, bool))
    assert array_findings(arrays) == [] and list(picture_findings(arrays)) == []
    data = labelled(tmp_path / "data.npz", arrays)
    assert data.split.tolist() == ["train"] * 4 + ["test"] * 2
    assert {name: mask.sum() for name, mask in data.dataset.subsets.items()} == {"a": 3, "b": 3}
    assert data.dataset.images[5].shape == (96, 96, 3)


@pytest.mark.parametrize(
    ("changes", "messages"),
    [
        ({"box": None, "norm": None}, ["the array norm is missing", "the array box is missing"]),
        ({"visible": np.ones((6, 14))}, ["visible is of type float64: make it bools"]),
        ({"norm": np.ones(5, "f4")}, ["norm has the shape (5,) for 6 images and 14 landmarks"]),
        ({"box": np.ones((6, 4), "f4")}, ["box has the shape (6, 4) for 6 images"]),
        ({"landmarks": np.ones((6, 28), "f4")}, ["landmarks has the shape (6, 28)", "visible has"]),
        ({"split": np.array(["test"] * 6)}, ["split is of type <U4: make it b'train' or b'test'"]),
        ({"jpeg": np.zeros(10, np.uint8)}, ["offset does not rise from 0 to the 10 bytes"]),
        ({"jpeg": np.zeros(10, np.int8)}, ["jpeg int8 (10,), offset int64 (7,)"]),
        ({"clean": np.ones(6)}, ["clean is of type float64: make it bools"]),
    ],
)
def test_arrays(tmp_path: Path, changes: dict, messages: list[str]) -> None:
    found = array_findings(_arrays(tmp_path, **changes))
    assert len(found) == len(messages) and all(each.fatal for each in found)
    for finding, message in zip(found, messages, strict=True):
        assert message in str(finding)


def test_a_picture_that_cannot_be_decoded(tmp_path: Path) -> None:
    arrays = _arrays(tmp_path)
    jpeg = arrays["jpeg"].copy()
    jpeg[arrays["offset"][2] :][:40] = 0
    (found,) = picture_findings(arrays | {"jpeg": jpeg})
    assert (
        str(found) == "error: no picture that can be decoded in image 2: pack the JPEG files again"
    )


def test_what_is_no_packed_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is missing"):
        read_arrays(tmp_path / "none.npz")
    (tmp_path / "text.npz").write_text("text")
    with pytest.raises(InputError, match="is no packed data set"):
        read_arrays(tmp_path / "text.npz")
    with (tmp_path / "array.npz").open("wb") as file:
        np.save(file, np.zeros(3))
    with pytest.raises(InputError, match="is no packed data set"):
        read_arrays(tmp_path / "array.npz")
