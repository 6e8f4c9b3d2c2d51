# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""300W-LP, AFLW2000-3D, 300-W and AFLW-PIFA in their published layouts."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.io import savemat

from hls.common.errors import InputError
from model.data.formats import DATA_SETS
from model.data.formats.w300 import read_pts


def write_pts(path, points: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = "\n".join(f"{x:.6f} {y:.6f}" for x, y in points)
    path.write_text(f"version: 1\nn_points:  {len(points)}\n{{\n{rows}\n}}\n")


def check_face(data, index: int = 0) -> None:
    """The fixture's face: 20 x 40 from (10, 20), counted from 0."""
    assert data.landmarks[index, 0].tolist() == [10, 20]
    assert data.box[index].tolist() == [20, 40, 63]
    assert data.visible.all()


def test_300w_lp(tmp_path, picture, face) -> None:
    for part in ("AFW", "AFW_Flip"):
        picture(tmp_path / part / "AFW_1_0.jpg")
    (tmp_path / "landmarks" / "AFW").mkdir(parents=True)
    landmarks = tmp_path / "landmarks" / "AFW" / "AFW_1_0_pts.mat"
    savemat(landmarks, {"pts_2d": face + 5, "pts_3d": face})
    data = DATA_SETS["300w-lp"](tmp_path, "train")
    assert len(data) == 1 and data.images[0].shape == (30, 40, 3)
    check_face(data)
    assert data.norm[0] == pytest.approx(28.2842712)
    with pytest.raises(InputError, match="no split 'test': use train"):
        DATA_SETS["300w-lp"](tmp_path, "test")
    savemat(landmarks, {"pts_3d": face[:60]})
    with pytest.raises(InputError, match=r"pts_3d has shape \(60, 2\), expected 68 x 2"):
        DATA_SETS["300w-lp"](tmp_path, "train")


def test_300w_lp_landmarks_without_picture(tmp_path, face) -> None:
    (tmp_path / "landmarks" / "IBUG").mkdir(parents=True)
    savemat(tmp_path / "landmarks" / "IBUG" / "I_pts.mat", {"pts_3d": face})
    with pytest.raises(InputError, match=r"IBUG/I\.jpg is missing"):
        DATA_SETS["300w-lp"](tmp_path, "train")


def test_aflw2000(tmp_path, picture, face) -> None:
    for number, yaw in enumerate([0.1, -0.8, 1.2, 1.7]):  # 6, -46, 69 and 97 degrees
        solid = np.concatenate([face.T, np.ones((1, 68))])
        pose = np.array([[3.0, yaw, 3.0, 0, 0, 0, 0.001]])
        savemat(tmp_path / f"image0000{number}.mat", {"pt3d_68": solid, "Pose_Para": pose})
    data = DATA_SETS["aflw2000-3d"](tmp_path, "test")
    assert {name: mask.tolist() for name, mask in data.subsets.items()} == {
        "yaw 0-30": [True, False, False, False],
        "yaw 30-60": [False, True, False, False],
        "yaw 60-90": [False, False, True, False],
    }
    check_face(data, 3)
    assert data.norm[0] == pytest.approx(28.2842712)
    with pytest.raises(InputError, match=r"image00000\.jpg is missing"):
        data.images[0]
    savemat(tmp_path / "image00009.mat", {"pt3d_68": solid})
    with pytest.raises(InputError, match=r"image00009\.mat lacks the variable Pose_Para"):
        DATA_SETS["aflw2000-3d"](tmp_path, "test")


def test_300w(tmp_path, picture, face) -> None:
    face[36], face[45] = (12, 30), (18, 38)  # eye corners 10 apart
    for part in ("afw", "helen/trainset", "helen/testset", "lfpw/trainset", "ibug"):
        write_pts(tmp_path / part / "im age_1.pts", face)
        picture(tmp_path / part / "im age_1.jpg")
    with pytest.raises(InputError, match=r"lfpw/testset has no \.pts files"):
        DATA_SETS["300w"](tmp_path, "test")
    write_pts(tmp_path / "lfpw/testset/a.pts", face)
    with pytest.raises(InputError, match=r"no picture beside it: expected a\.png or \.jpg"):
        DATA_SETS["300w"](tmp_path, "test")
    picture(tmp_path / "lfpw/testset/a.png")
    data = DATA_SETS["300w"](tmp_path, "test")
    check_face(data)
    assert data.norm.tolist() == [10, 10, 10] and data.images[1].shape == (30, 40, 3)
    assert data.subsets["common"].tolist() == [True, True, False]
    assert data.subsets["challenging"].tolist() == [False, False, True]
    assert len(DATA_SETS["300w"](tmp_path, "train")) == 3


@pytest.mark.parametrize("text", ["", "{ 1 2 }", "version: 1\n{\n1 a\n}", "{" + "1 2\n" * 68])
def test_damaged_pts(tmp_path, text) -> None:
    (tmp_path / "a.pts").write_text(text)
    with pytest.raises(InputError, match=r"a\.pts is no \.pts file: needs 68 lines"):
        read_pts(tmp_path / "a.pts")


def write_pifa(folder, visible: float = 1) -> None:
    x, y = np.tile(np.linspace(11, 31, 34), (2, 1)), np.tile(np.linspace(21, 61, 34), (2, 1))
    seen = np.full((2, 34), visible)
    seen[1, :3] = 0
    table = np.concatenate([x, y, seen], axis=1)
    boxes = np.array([[10, 20, 25.0, 36], [1, 2, 49, 49]])
    savemat(folder / "Landmark.mat", {"phisT": table, "phisTr": table[:1]})
    savemat(folder / "BoundingBox.mat", {"bboxesT": boxes, "bboxesTr": boxes[:1]})


def test_aflw_pifa(tmp_path, picture) -> None:
    write_pifa(tmp_path)
    picture(tmp_path / "TestImages" / "2.jpg")
    seen, every = (DATA_SETS[name](tmp_path, "test") for name in ("aflw-pifa", "aflw-pifa-all"))
    assert seen.visible.sum(axis=1).tolist() == [34, 31] and every.visible.all()
    assert np.isfinite(seen.landmarks).all() and seen.landmarks[0, 33].tolist() == [30, 60]
    assert seen.norm.tolist() == [30, 49] and seen.box[0].tolist() == [20, 40, 63]
    assert seen.images[1].shape == (30, 40, 3)
    assert len(DATA_SETS["aflw-pifa"](tmp_path, "train")) == 1


def test_aflw_pifa_with_occlusions_instead(tmp_path) -> None:
    write_pifa(tmp_path, visible=0)
    with pytest.raises(InputError, match="under half of the points visible"):
        DATA_SETS["aflw-pifa"](tmp_path, "test")
