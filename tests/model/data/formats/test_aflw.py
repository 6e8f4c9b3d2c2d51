# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""AFLW's database, as the release lays it out."""

from __future__ import annotations

import sqlite3

import numpy as np
import pytest

from hls.common.errors import InputError
from model.data.formats.aflw import load

TABLES = """
CREATE TABLE Faces (face_id INTEGER PRIMARY KEY, file_id TEXT, db_id TEXT);
CREATE TABLE FaceImages (image_id INTEGER PRIMARY KEY, db_id TEXT, file_id TEXT, filepath TEXT,
    bw INTEGER, width INTEGER, height INTEGER);
CREATE TABLE FeatureCoords (face_id INTEGER, feature_id INTEGER, x REAL, y REAL,
    annot_type_id INTEGER);
CREATE TABLE FaceRect (face_id INTEGER, x INTEGER, y INTEGER, w INTEGER, h INTEGER,
    annot_type_id INTEGER);
CREATE TABLE FacePose (face_id INTEGER, roll REAL, pitch REAL, yaw REAL, annot_type_id INTEGER);
INSERT INTO FaceImages VALUES (1, 'flickr', 'image1.jpg', '0/image1.jpg', 0, 40, 30);
INSERT INTO Faces VALUES (39, 'image1.jpg', 'flickr'), (40, 'image1.jpg', 'flickr'),
    (41, 'image1.jpg', 'flickr'), (42, 'image1.jpg', 'flickr'), (43, 'image1.jpg', 'flickr');
INSERT INTO FaceRect VALUES (39, 10, 5, 9, 16, 0), (40, -2, 0, 20, 20, 0), (41, 1, 1, 9, 9, 0),
    (43, 1, 1, 0, 9, 0);
INSERT INTO FacePose VALUES (39, 0, 0, -1.0, 0);
INSERT INTO FeatureCoords VALUES (39, 1, 11.5, 6, 0), (39, 21, 14, 19, 0), (40, 15, 3, 4, 0),
    (42, 1, 1, 1, 0), (43, 1, 1, 1, 0);
"""


@pytest.fixture
def release(tmp_path):
    (tmp_path / "data").mkdir()
    connection = sqlite3.connect(tmp_path / "data" / "aflw.sqlite")
    connection.executescript(TABLES)
    connection.close()
    (tmp_path / "test_faces.txt").write_text("39\n")
    return tmp_path


def test_faces(release, picture) -> None:
    picture(release / "data" / "flickr" / "0" / "image1.jpg")
    data = load(release, "test")
    assert len(data) == 1 and data.images[0].shape == (30, 40, 3)
    assert np.flatnonzero(data.visible[0]).tolist() == [0, 20]
    assert data.landmarks[0, 0].tolist() == [11.5, 6] and np.isfinite(data.landmarks).all()
    assert data.norm[0] == 12  # sqrt(9 * 16)
    assert data.box[0].tolist() == [14.5, 13, 26.25]  # 1.05 * (9 + 16)
    assert data.subsets["yaw 30-60"].tolist() == [True]  # 57 degrees


def test_faces_without_rectangle_or_points_are_left_out(release) -> None:
    data = load(release, "train")
    assert np.flatnonzero(data.visible[0]).tolist() == [14] and len(data) == 1
    assert not any(mask.any() for mask in data.subsets.values())  # it has no pose


def test_split_list(release) -> None:
    (release / "test_faces.txt").write_text("39 x")
    with pytest.raises(InputError, match="has to list face ids"):
        load(release, "test")
    (release / "test_faces.txt").write_text("7")
    with pytest.raises(InputError, match=r"aflw test .* no images"):
        load(release, "test")
    (release / "test_faces.txt").unlink()
    with pytest.raises(InputError, match="the AFLW release has no split"):
        load(release, "train")


def test_damaged_database(release) -> None:
    (release / "data" / "aflw.sqlite").write_bytes(b"no database" * 99)
    with pytest.raises(InputError, match=r"aflw\.sqlite is not the AFLW release's database"):
        load(release, "train")
