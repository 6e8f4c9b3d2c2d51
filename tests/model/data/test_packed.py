# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Reading packed data: what is wrong with a file is said by name."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from hls.common.errors import InputError
from model.config import Source, load_config
from model.data.load import dataset_of, load_source
from model.data.packed import load_packed
from model.data.synthetic import synthetic


def write_packed(path: Path, count: int = 6, **changes: np.ndarray) -> None:
    data = synthetic(count, 14)
    jpegs = [cv2.imencode(".jpg", image)[1].ravel() for image in data.images]
    arrays = {
        "jpeg": np.concatenate(jpegs),
        "offset": np.cumsum([0, *map(len, jpegs)]).astype(np.int64),
        "landmarks": data.landmarks,
        "visible": data.visible,
        "norm": data.norm.astype(np.float32),
        "group": np.arange(count, dtype=np.int32),
        "split": np.array([b"train"] * (count - 2) + [b"test"] * 2),
        "box": data.box,
    }
    np.savez(path, **{key: value for key, value in (arrays | changes).items() if value is not None})


def test_round_trip(tmp_path) -> None:
    write_packed(tmp_path / "data.npz")
    train, test = (load_packed(tmp_path / "data.npz", split) for split in ("train", "test"))
    assert (len(train), len(test)) == (4, 2)
    assert np.abs(train.images[0].astype(int) - synthetic(6, 14).images[0]).mean() < 8


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"box": None}, "lacks the array box"),
        ({"split": np.array([b"test"] * 6)}, "no images of split 'train'"),
        ({"jpeg": np.zeros(100000, np.uint8)}, "image 0 is no JPEG"),
        ({"jpeg": np.zeros(10, np.uint8)}, "offset does not say where"),
        ({"offset": np.array([0, 9, 5, 20, 30, 40, 50])}, "offset does not say where"),
        ({"offset": np.linspace(0, 1, 7)}, "offset does not say where"),
    ],
)
def test_wrong_contents(tmp_path, changes, message) -> None:
    write_packed(tmp_path / "data.npz", **changes)
    with pytest.raises(InputError, match=message):
        load_packed(tmp_path / "data.npz", "train")


def test_a_picture_that_is_cut_off_is_named_when_it_is_asked_for(tmp_path) -> None:
    stub = np.array([0xFF, 0xD8, 0, 0] * 6, np.uint8)
    write_packed(tmp_path / "data.npz", jpeg=stub, offset=np.arange(7) * 4)
    images = load_packed(tmp_path / "data.npz", "test").images
    with pytest.raises(InputError, match="image 5 is no JPEG"):
        images[1]


def test_not_a_data_set(tmp_path) -> None:
    (tmp_path / "data.npz").write_bytes(b"hello")
    with pytest.raises(InputError, match="is no packed data set"):
        load_packed(tmp_path / "data.npz", "train")
    with pytest.raises(InputError, match="is missing"):
        load_packed(tmp_path / "other.npz", "train")
    with pytest.raises(InputError, match="set LANDMARK_DATA"):
        dataset_of(load_config("face-tiny"), None, "train")


@pytest.mark.data
def test_faces68_has_what_its_notes_say() -> None:
    data = load_source(Source("faces68.npz"), Path(os.environ["LANDMARK_DATA"]), "test")
    assert (len(data), data.landmarks_count) == (488, 68)


def test_images_at_even_distances_keep_what_belongs_to_them() -> None:
    data = synthetic(10, 14)
    odd = np.arange(10) % 2 == 1
    spread = replace(data, subsets={"odd": odd}).spread(4)
    places = [0, 3, 6, 9]
    np.testing.assert_array_equal(spread.landmarks, data.landmarks[places])
    np.testing.assert_array_equal(spread.images[2], data.images[6])
    assert spread.subsets["odd"].tolist() == [False, True, False, True]
    assert data.spread(10) is data
