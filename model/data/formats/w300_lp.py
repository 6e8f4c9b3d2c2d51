# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""300W-LP (Zhu, Lei, Liu, Shi, Li, CVPR 2016): synthesised large poses, 68 points, training only.

Expected: `<SET>/<name>.jpg` and `landmarks/<SET>/<name>_pts.mat` with `pts_3d` (68 x 2, the
projections of 3D points, MATLAB pixels) for SET in AFW, HELEN, IBUG, LFPW. The mirrored folders
`<SET>_Flip` are read where landmarks/ has them too; training mirrors pictures itself.
Box: centre of the landmarks' rectangle, side 1.05 (w + h). Normaliser: sqrt(w h) of it.
"""

from __future__ import annotations

from pathlib import Path

from model.data.dataset import Dataset
from model.data.formats.faces import rectangles, sizes, squares
from model.data.formats.files import finished, need_file, need_split, read_mat, shaped


def load(folder: Path, split: str) -> Dataset:
    """All images; the data set has the split "train" only (test on AFLW2000-3D)."""
    need_split(split, ("train",), "300w-lp")
    files = sorted((folder / "landmarks").glob("*/*_pts.mat"))
    name = f"300w-lp in {folder} (landmarks/<SET>/*_pts.mat)"
    if not files:
        return finished(name, [], [], [], [])
    points = [shaped(f, read_mat(f, "pts_3d")[0], (68, 2), "pts_3d") - 1 for f in files]
    images = [folder / f.parent.name / f"{f.stem.removesuffix('_pts')}.jpg" for f in files]
    for image in images:
        need_file(image, "the picture of a landmark file")
    rectangle = rectangles(points)
    return finished(name, images, points, sizes(rectangle), squares(rectangle))
