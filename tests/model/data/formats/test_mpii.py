# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""MPII's nested structs: people single or several, fields missing or empty."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.io import savemat

from hls.common.errors import InputError
from model.data.formats.mpii import ANNOTATIONS, load


def structs(*items: dict) -> np.ndarray:
    """A 1 x N struct array as MATLAB writes it."""
    array = np.empty((1, len(items)), [(key, object) for key in items[0]])
    for index, item in enumerate(items):
        array[0, index] = tuple(item.values())
    return array


def person(points: dict[int, tuple[float, float]]) -> dict:
    joints = [{"x": x, "y": y, "id": i, "is_visible": 0} for i, (x, y) in points.items()]
    return {
        "x1": 10.0,
        "y1": 20.0,
        "x2": 40.0,
        "y2": 60.0,
        "annopoints": structs({"point": structs(*joints)}) if points else [],
        "scale": 2.0,
        "objpos": structs({"x": 101.0, "y": 51.0}),
    }


def image(name: str, *people: dict) -> dict:
    return {
        "image": structs({"name": name}),
        "annorect": structs(*people) if people else [],
    }


def write(folder, images: list[dict], train: list[int], listed: str = "") -> None:
    release = {"annolist": structs(*images), "img_train": np.array([train])}
    savemat(folder / ANNOTATIONS, {"RELEASE": structs(release)})
    (folder / "valid_images.txt").write_text(listed)


POINTS = {0: (5.0, 6.0), 15: (7.0, 9.0)}


def test_one_person(tmp_path, picture) -> None:
    write(tmp_path, [image("a.jpg", person(POINTS)), image("b.jpg", person(POINTS))], [1, 0])
    picture(tmp_path / "images" / "a.jpg")
    data = load(tmp_path, "train")
    assert len(data) == 1 and data.images[0].shape == (30, 40, 3)
    assert data.landmarks.shape == (1, 16, 2) and data.landmarks.dtype == np.float32
    assert data.landmarks[0, 0].tolist() == [4, 5] and data.landmarks[0, 15].tolist() == [6, 8]
    assert np.flatnonzero(data.visible[0]).tolist() == [0, 15]
    assert data.norm[0] == 30  # 0.6 * hypot(30, 40)
    assert data.box[0].tolist() == [100, 80, 500]  # 51 - 1 + 15 * 2; 200 * 1.25 * 2


def test_several_people_and_incomplete_ones(tmp_path) -> None:
    incomplete = [person(POINTS) | {key: []} for key in ("annopoints", "scale", "objpos")]
    headless = person({3: (1.0, 1.0)}) | {"x1": [], "x2": []}
    bare = {"x1": 1.0, "y1": 1.0, "x2": 2.0, "y2": 2.0}
    images = [
        image("many.jpg", person(POINTS), *incomplete, person({}), headless),
        image("bare.jpg", bare),
        image("none.jpg"),
    ]
    write(tmp_path, images, [1, 1, 1])
    data = load(tmp_path, "train")
    assert [path.name for path in data.images.paths] == ["many.jpg", "many.jpg"]
    assert data.visible.sum(axis=1).tolist() == [2, 1]
    assert data.norm[0] == 30 and np.isnan(data.norm[1])


def test_validation_list(tmp_path) -> None:
    images = [image(f"{name}.jpg", person(POINTS)) for name in "abc"]
    write(tmp_path, images, [1, 1, 0], "b.jpg\nb.jpg\nc.jpg\n")
    names = {split: load(tmp_path, split).images.paths[0].name for split in ("train", "test")}
    assert names == {"train": "a.jpg", "test": "b.jpg"}
    assert len(load(tmp_path, "val")) == 1
    (tmp_path / "valid_images.txt").unlink()
    with pytest.raises(InputError, match=r"valid_images\.txt is missing; expected the validation"):
        load(tmp_path, "test")


def test_one_image_alone(tmp_path) -> None:
    write(tmp_path, [image("a.jpg", person({9: (2.0, 3.0)}))], [1])
    assert np.flatnonzero(load(tmp_path, "train").visible[0]).tolist() == [9]
    with pytest.raises(InputError, match=r"mpii test .* no images"):
        load(tmp_path, "test")


@pytest.mark.parametrize(
    "release",
    [
        {"annolist": structs({"x": 1.0})},
        {"annolist": structs({"annorect": structs(person(POINTS))}), "img_train": [[1]]},
        {"annolist": structs(image("a.jpg", person({16: (1.0, 1.0)}))), "img_train": [[1]]},
        {"annolist": structs(image("a.jpg", person(POINTS))), "img_train": [[1, 1]]},
    ],
)
def test_not_as_published(tmp_path, release) -> None:
    write(tmp_path, [image("a.jpg")], [1])
    savemat(tmp_path / ANNOTATIONS, {"RELEASE": structs(release)})
    with pytest.raises(InputError, match="not as MPII publishes it"):
        load(tmp_path, "train")
