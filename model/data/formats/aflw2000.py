# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""AFLW2000-3D (Zhu, Lei, Liu, Shi, Li, CVPR 2016): 68 projected 3D points, test only.

Expected: `imageNNNNN.jpg` beside `imageNNNNN.mat` with `pt3d_68` (3 x 68: x, y, z, MATLAB pixels)
and `Pose_Para` (pitch, yaw, roll, ... in radians). Subsets by |yaw| of 0-30, 30-60 and 60-90
degrees; the paper's figure is the mean of the three. A yaw beyond 90 degrees is in none.
Box: centre of the landmarks' rectangle, side 1.05 (w + h). Normaliser: sqrt(w h) of it.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from model.data.dataset import Dataset
from model.data.formats.faces import rectangles, sizes, squares, yaw_bins
from model.data.formats.files import finished, need_split, read_mat, shaped


def load(folder: Path, split: str) -> Dataset:
    """All images, as the split "test"."""
    need_split(split, ("test",), "aflw2000-3d")
    files = sorted(folder.glob("image*.mat"))
    name = f"aflw2000-3d in {folder} (image*.mat)"
    if not files:
        return finished(name, [], [], [], [])
    faces = [_face(path) for path in files]
    points, yaw = (np.array(column) for column in zip(*faces, strict=True))
    rectangle = rectangles(points)
    images = [path.with_suffix(".jpg") for path in files]
    bins = yaw_bins(np.rad2deg(yaw))
    return finished(name, images, points, sizes(rectangle), squares(rectangle), subsets=bins)


def _face(path: Path) -> tuple[np.ndarray, float]:
    landmarks, pose = read_mat(path, "pt3d_68", "Pose_Para")
    points = shaped(path, landmarks, (3, 68), "pt3d_68")[:2].T - 1
    return points, shaped(path, pose, (1, 7), "Pose_Para")[0, 1]
