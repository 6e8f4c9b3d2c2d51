# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""AFLW-PIFA (Jourabloo and Liu, ICCV 2015): 34 points, 3,901 training and 1,299 test faces.

Expected: `BoundingBox.mat` with `bboxesTr` and `bboxesT` (N x 4: x, y, w, h), `Landmark.mat` with
`phisTr` and `phisT` (N x 102: 34 x, 34 y, 34 visibilities), and the pictures `TrainImages/1.jpg`
... and `TestImages/1.jpg` ... in the rows' order. This layout is the one that a published
conversion script reads (`transform_AFLW_pifa_to_pts`); it was not checked against the release
itself, nor was what its files do not say: that 1 means visible (less than half of the points
visible is refused, because they would be occlusions), and that pixels count from 1.
Box: centre of the landmarks' rectangle, side 1.05 (w + h). Normaliser: sqrt(w h) of the face box.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from hls.common.errors import InputError
from model.data.dataset import Dataset
from model.data.formats.faces import rectangles, sizes, squares
from model.data.formats.files import finished, need_split, read_mat, shaped

POINTS = 34
SPLITS = {"train": ("Tr", "TrainImages"), "test": ("T", "TestImages")}


def load(folder: Path, split: str) -> Dataset:
    """One split; the points marked visible count."""
    need_split(split, tuple(SPLITS), "aflw-pifa")
    suffix, images = SPLITS[split]
    path = folder / "Landmark.mat"
    key = f"phis{suffix}"
    table = shaped(path, read_mat(path, key)[0], (None, 3 * POINTS), key)
    faces = folder / "BoundingBox.mat"
    boxes = shaped(faces, read_mat(faces, f"bboxes{suffix}")[0], (len(table), 4), f"bboxes{suffix}")
    x, y, visible = np.split(table, 3, axis=1)
    if len(table) and visible.mean() < 0.5:
        raise InputError(f"{path}: {key} marks under half of the points visible; expected 1 = seen")
    points = np.stack([x, y], axis=2) - 1
    paths = [folder / images / f"{number}.jpg" for number in range(1, len(table) + 1)]
    name, square = f"aflw-pifa {split} in {folder}", squares(rectangles(points))
    return finished(name, paths, points, sizes(boxes), square, visible > 0.5)


def load_all(folder: Path, split: str) -> Dataset:
    """The same with all 34 points counted, the hidden ones too."""
    dataset = load(folder, split)
    return replace(dataset, visible=np.ones_like(dataset.visible))
