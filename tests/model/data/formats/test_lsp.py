# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Leeds Sports Pose: two layouts of `joints`, two meanings of their last column."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.io import savemat

from hls.common.errors import InputError
from model.data.formats.lsp import load, load_extended


def people(count: int) -> np.ndarray:
    """Joints (N, 14, 2): L hip at (11, 21), R shoulder at (17, 29), 10 apart; in 10 x 20."""
    points = np.random.default_rng(0).uniform((11, 11), (21, 31), (count, 14, 2))
    points[:, 3], points[:, 8] = (11, 21), (17, 29)
    points[:, 0], points[:, 13] = (11, 11), (21, 31)
    return points


def test_lsp(tmp_path, picture) -> None:
    occluded = np.zeros((4, 14, 1))
    occluded[3, 3] = 1
    joints = np.concatenate([people(4), occluded], axis=2)
    savemat(tmp_path / "joints.mat", {"joints": joints.transpose(2, 1, 0)})
    picture(tmp_path / "images" / "im0003.jpg")
    train, test = (load(tmp_path, split) for split in ("train", "test"))
    assert [path.name for path in train.images.paths] == ["im0001.jpg", "im0002.jpg"]
    assert test.images[0].shape == (30, 40, 3)
    assert train.landmarks[0, 3].tolist() == [10, 20] and train.visible.all()
    assert train.norm.tolist() == [10, 10]
    assert train.box[0].tolist() == [15, 20, 25]  # 10 x 20 rectangle; 1.25 * 20
    assert np.isnan(test.norm[1]) and test.visible[1].sum() == 13


def test_extended(tmp_path) -> None:
    visible = np.ones((4, 14, 1))
    visible[1, 8] = 0  # no torso
    visible[2, 1:] = 0  # one joint only
    points = people(4)
    points[3, 8] = (11, 30)  # 9 pixels
    points[1, 8] = np.nan
    joints = np.concatenate([points, visible], axis=2)
    savemat(tmp_path / "joints.mat", {"joints": joints.transpose(1, 2, 0)})
    data = load_extended(tmp_path, "train")
    names = [path.name for path in data.images.paths]
    assert names == ["im00001.jpg", "im00002.jpg", "im00004.jpg"]
    assert np.isfinite(data.norm).tolist() == [True, False, False]
    with pytest.raises(InputError, match="use train"):
        load_extended(tmp_path, "test")
    with pytest.raises(InputError, match=r"joints has shape \(14, 3, 4\), expected 3 x 14 x N"):
        load(tmp_path, "train")
    with pytest.raises(InputError, match="no images"):
        savemat(tmp_path / "joints.mat", {"joints": np.zeros((14, 3, 4))})
        load_extended(tmp_path, "train")
