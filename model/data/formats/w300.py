# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""300-W (Sagonas, Tzimiropoulos, Zafeiriou, Pantic, ICCVW 2013): 68 points, iBUG order.

Expected: `.pts` files beside their .png or .jpg in `afw/`, `helen/trainset`, `helen/testset`,
`lfpw/trainset`, `lfpw/testset` and `ibug/`, coordinates from 1. "train" is afw and the two
training sets; "test" has the subsets "common" (the two test sets) and "challenging" (ibug).
Box: centre of the landmarks' rectangle, side 1.05 (w + h). Normaliser: inter-ocular distance,
between the outer eye corners (36 and 45).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from hls.common.errors import InputError
from model.data.dataset import Dataset
from model.data.formats.faces import rectangles, squares
from model.data.formats.files import finished, need_split

FOLDERS = {
    "train": ("afw", "helen/trainset", "lfpw/trainset"),
    "test": ("helen/testset", "lfpw/testset", "ibug"),
}
POINTS = 68


def load(folder: Path, split: str) -> Dataset:
    """The usual training or full test set."""
    need_split(split, tuple(FOLDERS), "300w")
    parts = {part: sorted((folder / part).glob("*.pts")) for part in FOLDERS[split]}
    for part, files in parts.items():
        if not files:
            raise InputError(f"{folder / part} has no .pts files; unpack 300-W's {part} there")
    paths = [path for files in parts.values() for path in files]
    points = np.array([read_pts(path) for path in paths])
    norm = np.linalg.norm(points[:, 36] - points[:, 45], axis=1)
    hard = np.array([path.parent == folder / "ibug" for path in paths])
    subsets = {"common": ~hard, "challenging": hard} if split == "test" else {}
    images = [_image(path) for path in paths]
    box = squares(rectangles(points))
    return finished(f"300w in {folder}", images, points, norm, box, subsets=subsets)


def read_pts(path: Path) -> np.ndarray:
    """Points (68, 2) of a .pts file, counted from 0."""
    _, brace, rest = path.read_text(errors="replace").partition("{")
    numbers, end, _ = rest.partition("}")
    try:
        points = np.array([float(word) for word in numbers.split()]).reshape(-1, 2)
    except ValueError:
        points = np.zeros((0, 2))
    if not (brace and end and len(points) == POINTS):
        raise InputError(f"{path} is no .pts file: needs {POINTS} lines 'x y' between braces")
    return points - 1


def _image(path: Path) -> Path:
    candidates = [path.with_suffix(suffix) for suffix in (".png", ".jpg")]
    for candidate in candidates:
        if candidate.is_file():
            return candidate
    raise InputError(f"{path} has no picture beside it: expected {candidates[0].name} or .jpg")
