# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""AFLW (Koestinger, Wohlhart, Roth, Bischof, ICCVW 2011): 21 points, of which some are missing.

Expected: the release's `data/aflw.sqlite` (tables Faces, FaceImages, FaceRect, FacePose and
FeatureCoords), pictures in `data/flickr/`, and a list of one's own, `test_faces.txt`, with the
face ids of the test split (one a line), because the release has no split. Coordinates are taken as
they stand in the database. A point without a row is not visible; faces without rectangle or without
points are left out. Subsets by |yaw|, as in AFLW2000-3D.
Box: centre of the face rectangle, side 1.05 (w + h). Normaliser: sqrt(w h) of the rectangle.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

import numpy as np

from hls.common.errors import InputError
from model.data.dataset import Dataset
from model.data.formats.faces import sizes, squares, yaw_bins
from model.data.formats.files import finished, need_file, need_split

POINTS = 21
FACES = """
    SELECT face_id, filepath, FaceRect.x, FaceRect.y, w, h, yaw FROM Faces
    JOIN FaceImages USING (file_id) JOIN FaceRect USING (face_id)
    LEFT JOIN FacePose USING (face_id) WHERE w > 0 AND h > 0 ORDER BY face_id"""
COORDINATES = """
    SELECT face_id, feature_id, x, y FROM FeatureCoords WHERE feature_id BETWEEN 1 AND 21"""


def load(folder: Path, split: str) -> Dataset:
    """Faces on (split "test") or not on ("train") the list `test_faces.txt`."""
    need_split(split, ("train", "test"), "aflw")
    listed = _test_faces(folder / "test_faces.txt")
    database = need_file(folder / "data" / "aflw.sqlite", "the database of the AFLW release")
    faces, coordinates = _rows(database)
    points: dict[int, np.ndarray] = {}
    for face, feature, x, y in coordinates:
        points.setdefault(face, np.full((POINTS, 2), np.nan))[feature - 1] = x, y
    chosen = [f for f in faces if f[0] in points and (f[0] in listed) == (split == "test")]
    landmarks = np.array([points[face[0]] for face in chosen]).reshape(-1, POINTS, 2)
    visible = np.isfinite(landmarks).all(axis=2)
    table = np.array([face[2:] for face in chosen], np.float64).reshape(-1, 5)
    rectangle, bins = table[:, :4], yaw_bins(np.rad2deg(table[:, 4]))
    paths = [folder / "data" / "flickr" / face[1] for face in chosen]
    norm, box = sizes(rectangle), squares(rectangle)
    name = f"aflw {split} in {folder}"
    return finished(name, paths, np.nan_to_num(landmarks), norm, box, visible, bins)


def _rows(database: Path) -> tuple[list[tuple], list[tuple]]:
    connection = sqlite3.connect(f"{database.resolve().as_uri()}?mode=ro", uri=True)
    try:
        return connection.execute(FACES).fetchall(), connection.execute(COORDINATES).fetchall()
    except sqlite3.Error as error:
        raise InputError(f"{database} is not the AFLW release's database: {error}") from None
    finally:
        connection.close()


def _test_faces(path: Path) -> set[int]:
    need_file(path, "the face ids of the test split, one a line (the AFLW release has no split)")
    try:
        return {int(word) for word in path.read_text().split()}
    except ValueError:
        raise InputError(f"{path} has to list face ids, one number per line") from None
