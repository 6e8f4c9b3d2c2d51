# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Faces are found, squares cut and coordinates mapped, each within what its maths allows."""

from __future__ import annotations

import os
from pathlib import Path

import cv2
import numpy as np
import pytest

from hls.common.errors import InputError
from hls.streams.landmarks import STEPS, to_image
from host.pictures import face_box
from host.pictures.face_box import (
    Square,
    check_box,
    crop,
    find_face,
    input_to_picture,
    parse_box,
    whole_picture,
)
from tests.host.drawn_faces import drawn_face, needs_cascade


@needs_cascade
@pytest.mark.parametrize("factor", [1, 7])
def test_a_face_is_found_at_any_size(factor: int) -> None:
    image = drawn_face(200, (400, 500), (180, 220))
    image = cv2.resize(image, None, fx=factor, fy=factor)
    box = find_face(image)
    assert abs(box.x / factor - 180) < 20 and abs(box.y / factor - 245) < 30
    assert 250 < box.side / factor < 450


@needs_cascade
def test_the_largest_face_wins() -> None:
    image = np.hstack([drawn_face(120, (300, 300)), drawn_face(220, (300, 300))])
    assert find_face(image).x > 300


@needs_cascade
def test_no_face() -> None:
    with pytest.raises(InputError, match=r"no face found.*--box"):
        find_face(np.full((200, 200, 3), 128, np.uint8))


@pytest.mark.data
@needs_cascade
def test_found_boxes_fit_the_training_boxes() -> None:
    data = np.load(Path(os.environ["LANDMARK_DATA"]) / "faces68.npz", allow_pickle=False)
    offset, jpeg = data["offset"], data["jpeg"]
    ratios, shifts = [], []
    for index in np.flatnonzero(data["split"] == b"train")[::80]:
        image = cv2.imdecode(jpeg[offset[index] : offset[index + 1]], cv2.IMREAD_COLOR)
        try:
            found, trained = find_face(image), data["box"][index]
        except InputError:
            continue
        ratios.append(found.side / trained[2])
        shifts.append((found.y - trained[1]) / trained[2])
    assert len(ratios) >= 38
    assert abs(np.median(ratios) - 1) < 0.05 and abs(np.median(shifts)) < 0.03


def test_an_opencv_without_cascades(monkeypatch: pytest.MonkeyPatch) -> None:
    face_box._detector.cache_clear()
    monkeypatch.delattr(cv2, "CascadeClassifier", raising=False)
    with pytest.raises(InputError, match="--box"):
        find_face(drawn_face())
    face_box._detector.cache_clear()


@needs_cascade
def test_cascades_that_are_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    face_box._detector.cache_clear()
    monkeypatch.delattr(cv2, "data", raising=False)
    monkeypatch.setattr(face_box, "_SYSTEM_FOLDERS", ())
    with pytest.raises(InputError, match="opencv-data"):
        find_face(drawn_face())
    face_box._detector.cache_clear()


@needs_cascade
def test_debians_opencv_has_its_cascades_elsewhere(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folders = [cv2.data.haarcascades] if hasattr(cv2, "data") else face_box._SYSTEM_FOLDERS
    (found, *_) = (
        path for path in (Path(f) / face_box._CASCADE for f in folders) if path.is_file()
    )
    (tmp_path / face_box._CASCADE).write_bytes(found.read_bytes())
    face_box._detector.cache_clear()
    monkeypatch.delattr(cv2, "data", raising=False)
    monkeypatch.setattr(face_box, "_SYSTEM_FOLDERS", ("/nowhere", str(tmp_path)))
    assert find_face(drawn_face()).side > 200
    face_box._detector.cache_clear()


def test_a_box_by_hand() -> None:
    assert parse_box("10,20,100") == Square(59.5, 69.5, 100)
    assert parse_box("10,20,100").corner == (9.5, 19.5)


@pytest.mark.parametrize("text", ["", "1,2", "1,2,x", "1,2,3,4", "0,0,7", "nan,0,50", "0,0,inf"])
def test_an_illegal_box(text: str) -> None:
    with pytest.raises(InputError, match="--box"):
        parse_box(text)


@pytest.mark.parametrize("box", [Square(-5, 10, 50), Square(10, 300, 50), Square(50, 50, 900)])
def test_a_box_out_of_the_picture(box: Square) -> None:
    with pytest.raises(InputError, match="does not fit"):
        check_box(box, np.zeros((100, 200, 3), np.uint8))


def test_a_crop_of_the_same_size_is_the_picture_itself() -> None:
    image = np.random.default_rng(0).integers(0, 256, (40, 60, 3), dtype=np.uint8)
    cut = crop(image, parse_box("12,5,32"), 32)
    np.testing.assert_array_equal(cut, image[5:37, 12:44])


def test_a_crop_is_the_training_crop() -> None:
    image = np.random.default_rng(0).integers(0, 256, (160, 160, 3), dtype=np.uint8)
    for box in ((80.0, 80.0, 128.0), (83.2, 77.9, 140.6), (70.0, 90.0, 64.0)):
        (x, y, side), zoom = box, 64 / box[2]
        matrix = [[zoom, 0, -(x - side / 2) * zoom - 0.5], [0, zoom, -(y - side / 2) * zoom - 0.5]]
        expected = cv2.warpAffine(image, np.array(matrix), (64, 64), flags=cv2.INTER_LINEAR)
        np.testing.assert_array_equal(crop(image, Square(*box), 64), expected)


def test_outside_the_picture_is_black() -> None:
    cut = crop(np.full((20, 20, 3), 255, np.uint8), Square(0, 0, 40), 40)
    assert (
        cut[25:, 25:][:10, :10].min() == 255 and cut[:19, :].max() == 0 and cut[:, :19].max() == 0
    )


@pytest.mark.parametrize("side", [20.0, 64.0, 100.0, 150.0, 333.3, 777.0])
def test_a_spot_is_mapped_back_to_where_it_is(side: float) -> None:
    y, x = np.mgrid[:600, :800]
    spot, square = (421.0, 287.0), Square(421 + side / 10, 287 - side / 7, side)
    reach = max(1.5, side / 20)
    grey = 255 * np.exp(-((x - spot[0]) ** 2 + (y - spot[1]) ** 2) / (2 * reach**2))
    cut = crop(np.repeat(grey[..., None], 3, axis=2).astype(np.uint8), square, 64)
    weight = cut[..., 0].astype(float)
    rows, columns = np.mgrid[:64, :64]
    centre = np.array([(columns * weight).sum(), (rows * weight).sum()]) / weight.sum()
    # A stride of 1 with whole-pixel coordinates is the crop itself.
    back = to_picture(STEPS * centre, 1, square, 64)
    assert np.abs(back - spot).max() < 0.1 * side / 64 + 0.02


def to_picture(positions: np.ndarray, stride: int, square: Square, size: int) -> np.ndarray:
    """As host.pictures.landmarks goes from the decoder's places to the picture."""
    return input_to_picture(to_image(positions, stride), square, size)


def test_heatmap_pixels_have_their_centre_in_the_middle_of_stride_pixels() -> None:
    square = Square(31.5, 31.5, 64)
    np.testing.assert_allclose(to_picture(np.array([0, STEPS * 15]), 4, square, 64), [1.5, 61.5])
    quarter = STEPS // 4
    np.testing.assert_allclose(to_picture(np.array([quarter, -quarter]), 4, square, 64), [2.5, 0.5])


def test_the_whole_picture() -> None:
    assert whole_picture(np.zeros((100, 200, 3), np.uint8)) == Square(99.5, 49.5, 200)
    assert Square(1, 2, 10).scaled(1.5) == Square(1, 2, 15)
