# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Leeds Sports Pose (Johnson and Everingham, BMVC 2010) and its extension (CVPR 2011): 14 joints.

Expected: `joints.mat` and `images/`. LSP: `joints` 3 x 14 x 2000, third row 1 = occluded,
`im0001.jpg` ...; the first half is "train", the second "test". Extended: `joints` 14 x 3 x 10000,
third column 1 = visible, `im00001.jpg` ...; "train" only. MATLAB pixels, counted from 1.
Only visible joints count; many published LSP figures count LSP's occluded joints too.
Box: square round the visible joints, 1.25 x the larger side of their rectangle; images with under
two visible joints are left out. Normaliser: torso, L hip (3) to R shoulder (8), NaN where one is
hidden or it is under 10 pixels. Joints: R ankle, R knee, R hip, L hip, L knee, L ankle, R wrist,
R elbow, R shoulder, L shoulder, L elbow, L wrist, neck, head top.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from model.data.dataset import Dataset
from model.data.formats.faces import rectangles
from model.data.formats.files import finished, need_split, read_mat, shaped

LEFT_HIP, RIGHT_SHOULDER = 3, 8


def load(folder: Path, split: str) -> Dataset:
    """LSP: its first half for training, its second for tests."""
    need_split(split, ("train", "test"), "lsp")
    joints = _joints(folder, (3, 14, None)).transpose(2, 1, 0)
    half = len(joints) // 2
    start, stop = (0, half) if split == "train" else (half, len(joints))
    paths = [folder / "images" / f"im{number + 1:04}.jpg" for number in range(start, stop)]
    joints = joints[start:stop]
    return _dataset(f"lsp in {folder}", paths, joints[:, :, :2], joints[:, :, 2] == 0)


def load_extended(folder: Path, split: str) -> Dataset:
    """LSP extended: all images, for training."""
    need_split(split, ("train",), "lsp-extended")
    joints = _joints(folder, (14, 3, None)).transpose(2, 0, 1)
    paths = [folder / "images" / f"im{number + 1:05}.jpg" for number in range(len(joints))]
    return _dataset(f"lsp-extended in {folder}", paths, joints[:, :, :2], joints[:, :, 2] == 1)


def _joints(folder: Path, shape: tuple[int | None, ...]) -> np.ndarray:
    path = folder / "joints.mat"
    return shaped(path, read_mat(path, "joints")[0], shape, "joints")


def _dataset(name: str, paths: list[Path], points: np.ndarray, visible: np.ndarray) -> Dataset:
    visible = visible & np.isfinite(points).all(axis=2)
    kept = np.flatnonzero(visible.sum(axis=1) >= 2)
    points, visible = np.nan_to_num(points[kept] - 1), visible[kept]
    torso = np.linalg.norm(points[:, LEFT_HIP] - points[:, RIGHT_SHOULDER], axis=1)
    usable = visible[:, LEFT_HIP] & visible[:, RIGHT_SHOULDER] & (torso >= 10)
    seen = [rectangles(p[None, v])[0] for p, v in zip(points, visible, strict=True)]
    x, y, width, height = np.array(seen).reshape(-1, 4).T
    box = np.stack([x + width / 2, y + height / 2, 1.25 * np.maximum(width, height)], axis=1)
    chosen = [paths[index] for index in kept]
    return finished(name, chosen, points, np.where(usable, torso, np.nan), box, visible)
