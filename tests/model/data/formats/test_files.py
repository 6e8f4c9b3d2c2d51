# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Lazy images, .mat files and the helpers for faces."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.io import savemat

from hls.common.errors import InputError
from model.data.formats import DATA_SETS
from model.data.formats.faces import rectangles, sizes, squares, yaw_bins
from model.data.formats.files import ImageFiles, finished, read_mat, shaped


def test_images_are_read_when_asked_for(tmp_path, picture) -> None:
    paths = [tmp_path / "a.png", tmp_path / "b.png", tmp_path / "gone.png"]
    for path in paths[:2]:
        picture(path)
    images = ImageFiles(paths)
    assert len(images) == 3 and len(images[:2]) == 2
    assert images[1].shape == (30, 40, 3) and images[1].dtype == np.uint8
    assert images[:1][0][0, 0].tolist() == [200, 0, 0]
    with pytest.raises(InputError, match=r"gone\.png is missing"):
        images[2]


@pytest.mark.parametrize("content", [b"", b"no picture"])
def test_undecodable_image(tmp_path, content) -> None:
    (tmp_path / "a.jpg").write_bytes(content)
    with pytest.raises(InputError, match=r"a\.jpg is no image"):
        ImageFiles([tmp_path / "a.jpg"])[0]


def test_mat_files(tmp_path) -> None:
    path = tmp_path / "a.mat"
    with pytest.raises(InputError, match=r"a\.mat is missing; expected a MATLAB file with x, y"):
        read_mat(path, "x", "y")
    path.write_bytes(b"not a MATLAB file at all, but long enough for a header " * 9)
    with pytest.raises(InputError, match="no readable MATLAB file"):
        read_mat(path, "x")
    savemat(path, {"x": np.eye(2)})
    assert np.array_equal(read_mat(path, "x")[0], np.eye(2))
    with pytest.raises(InputError, match="lacks the variable y; needs x, y"):
        read_mat(path, "x", "y")
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(InputError, match="no readable MATLAB file"):
        read_mat(path, "x")


def test_wrong_shapes_and_kinds(tmp_path) -> None:
    assert shaped(tmp_path, np.zeros((3, 4)), (None, 4), "x").shape == (3, 4)
    for value in (np.zeros((4, 3)), np.zeros(4)):
        with pytest.raises(InputError, match=r"x has shape .* expected N x 4"):
            shaped(tmp_path, value, (None, 4), "x")
    with pytest.raises(InputError, match="x holds no numbers"):
        shaped(tmp_path, np.array(["a"]), (1,), "x")


def test_no_images_is_an_error() -> None:
    with pytest.raises(InputError, match="lsp in there: no images"):
        finished("lsp in there", [], [], [], [])


def test_landmarks_without_sense(tmp_path) -> None:
    points, box = np.ones((2, 3, 2)), np.ones((2, 3))
    paths = [tmp_path / "a.jpg", tmp_path / "b.jpg"]
    for wrong in (np.array([0, 0, 0]), np.array([0, np.nan, 1])):
        boxes = np.stack([box[0], wrong])
        with pytest.raises(InputError, match=r"b\.jpg are not finite or span no area"):
            finished("x", paths, points, [1, 1], boxes)
    points[0, 1, 1] = np.inf
    with pytest.raises(InputError, match=r"a\.jpg are not finite"):
        finished("x", paths, points, [1, 1], box)


@pytest.mark.parametrize("name", DATA_SETS)
def test_every_loader_names_the_missing(tmp_path, name) -> None:
    with pytest.raises(InputError, match="no split 'other'"):
        DATA_SETS[name](tmp_path, "other")
    split = "test" if name == "aflw2000-3d" else "train"
    with pytest.raises(InputError, match=str(tmp_path)) as error:
        DATA_SETS[name](tmp_path, split)
    assert "\n" not in str(error.value)


def test_face_square_and_size() -> None:
    rectangle = rectangles([[[10, 20], [30, 60], [15, 25]]])
    assert rectangle.tolist() == [[10, 20, 20, 40]]
    assert squares(rectangle).tolist() == [[20, 40, 63]]  # 1.05 * (20 + 40)
    assert sizes(rectangle)[0] == pytest.approx(28.2842712)  # sqrt(800)


def test_yaw_bins() -> None:
    bins = yaw_bins([0, -30, 30.5, -60, 61, 90, -91, np.nan])
    assert {name: np.flatnonzero(mask).tolist() for name, mask in bins.items()} == {
        "yaw 0-30": [0, 1],
        "yaw 30-60": [2, 3],
        "yaw 60-90": [4, 5],
    }


@given(st.floats(-90, 90))
def test_every_yaw_is_in_one_bin(yaw) -> None:
    assert sum(bool(mask[0]) for mask in yaw_bins([yaw]).values()) == 1
