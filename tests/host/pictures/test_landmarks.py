# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Several views of a face say together what one says alone, and more exactly."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from hls.common.errors import InputError
from hls.streams.confidence import Confidence, Logistic
from hls.streams.landmarks import STEPS
from hls.streams.mirror import flip_table
from hls.streams.views import COUNTS, VIEWS
from host.api.base import Backend, Result
from host.backends import open_backend
from host.bundle.bundle import load_bundle
from host.pictures.face_box import Square, crop, crops
from host.pictures.landmarks import check_views, find_landmarks, inputs_of, landmarks_of
from tests.networks import hourglass_net, write_test_bundle

_LEFT, _RIGHT = (230.0, 190.0), (290.0, 190.0)
_BOX = Square(260, 200, 160)
_KNOWN = Confidence(Logistic(0.1, -1.0), 0.05, Logistic(0.2, -2.0), 0.5)


class Spots(Backend):
    """Finds the bright spots in the left and the right half of its input, whatever it shows: the
    landmarks of a pair lie one on each, the others between them. The third input's score is 40."""

    name = "spots"

    def __init__(self, folder: Path, **changes: object) -> None:
        size = {"crop": {"scale": 1.0}}
        graph = hourglass_net(size=64)
        super().__init__(load_bundle(write_test_bundle(folder, graph, **size, **changes)))
        self.submissions: list[int] = []

    def _run(self, images: np.ndarray, heatmaps: bool) -> Result:
        self.submissions.append(len(images))
        size, grey = images.shape[1], images[..., 0].astype(np.float64)
        half = size // 2
        sides = [_centre(grey[:, :, :half]), _centre(grey[:, :, half:]) + np.array([half, 0])]
        table, places = flip_table(68), np.arange(68)
        whose = np.where(places < table, 0.0, np.where(places > table, 1.0, 0.5))[:, None]
        points = sides[0][:, None] * (1 - whose) + sides[1][:, None] * whose
        stride = self.bundle.stride
        cells = np.rint(((points + 0.5) / stride - 0.5) * STEPS).astype(np.int32)
        scores = np.broadcast_to(places, (len(images), 68)).astype(np.int32)
        return Result(cells, scores, confidence=self.bundle.confidence)


def _centre(grey: np.ndarray) -> np.ndarray:
    """Centres of mass (N, 2) of pictures (N, H, W)."""
    total, (y, x) = grey.sum(axis=(1, 2)), np.mgrid[: grey.shape[1], : grey.shape[2]]
    return np.stack([(grey * axis).sum(axis=(1, 2)) / total for axis in (x, y)], axis=1)


def _picture() -> np.ndarray:
    y, x = np.mgrid[:400, :500]
    spots = [np.exp(-((x - cx) ** 2 + (y - cy) ** 2) / 32) for cx, cy in (_LEFT, _RIGHT)]
    return np.repeat((255 * sum(spots))[..., None], 3, axis=2).astype(np.uint8)


@pytest.mark.parametrize("views", COUNTS)
def test_every_number_of_views_finds_the_same_place(tmp_path: Path, views: int) -> None:
    with Spots(tmp_path) as backend:
        (found,) = find_landmarks(backend, _picture(), [_BOX], views)
    table = flip_table(68)
    pairs = np.arange(68) != table
    left, right = pairs & (np.arange(68) < table), pairs & (np.arange(68) > table)
    for chosen, place in ((left, _LEFT), (right, _RIGHT)):
        assert np.abs(found.points[chosen] - place).max() < 0.6
    assert backend.submissions == [views]


def test_all_views_of_all_faces_are_one_submission_and_come_back_in_order(tmp_path: Path) -> None:
    there = Square(_BOX.x + 6, _BOX.y - 4, _BOX.side)
    with Spots(tmp_path) as backend:
        both = find_landmarks(backend, _picture(), [_BOX, there], 4)
        each = [find_landmarks(backend, _picture(), [box], 4)[0] for box in (_BOX, there)]
    assert backend.submissions == [8, 4, 4]
    for together, alone in zip(both, each, strict=True):
        np.testing.assert_array_equal(together.points, alone.points)


def test_scores_are_the_means_with_left_and_right_exchanged(tmp_path: Path) -> None:
    with Spots(tmp_path) as backend:
        (one,) = find_landmarks(backend, _picture(), [_BOX], 1)
        (two,) = find_landmarks(backend, _picture(), [_BOX], 2)
    assert one.scores.tolist() == list(range(68)) and two.scores.dtype == np.int32
    np.testing.assert_array_equal(two.scores, np.rint((np.arange(68) + flip_table(68)) / 2))


def test_a_symmetric_picture_gives_symmetric_landmarks(tmp_path: Path) -> None:
    """Any network at all, for two views of a mirror image are the two views in the other order;
    but where a landmark's two places are equally good, one has to win."""
    rng = np.random.default_rng(0)
    half = rng.integers(0, 256, (64, 32, 3), np.uint8)
    image = np.concatenate([half, half[:, ::-1]], axis=1)
    bundle = load_bundle(write_test_bundle(tmp_path, hourglass_net(size=64)))
    with open_backend("golden", bundle) as backend:
        box = Square(31.5, 31.5, 64)
        (one,), (two,) = (find_landmarks(backend, image, [box], views) for views in (1, 2))
    decided = one.scores != one.scores[flip_table(68)]
    mirrored = two.points[flip_table(68)] * [-1, 1] + [63, 0]
    assert decided.sum() >= 30
    np.testing.assert_allclose(two.points[decided], mirrored[decided], atol=1e-9)


def test_one_view_is_the_plain_result(tmp_path: Path) -> None:
    bundle = load_bundle(write_test_bundle(tmp_path))
    image = np.random.default_rng(1).integers(0, 256, (90, 120, 3), np.uint8)
    inputs = inputs_of(bundle, image, [Square(50, 40, 60)])
    np.testing.assert_array_equal(inputs[0], crop(image, Square(50, 40, 60), 16))
    np.testing.assert_array_equal(inputs_of(bundle, image, [Square(50, 40, 60)], 2)[:1], inputs)


@pytest.mark.parametrize("side", [100.0, 300.0, 900.0])
def test_views_of_a_large_square_see_its_surroundings(side: float) -> None:
    """From a square that is shrunk first, too: no view has a black corner in a white picture."""
    image = np.full((1400, 1400, 3), 255, np.uint8)
    looks = crops(image, Square(700.3, 699.8, side), 64, VIEWS)
    assert looks.shape == (16, 64, 64, 3) and looks.min() == 255


def test_confidences(tmp_path: Path) -> None:
    with Spots(tmp_path / "a", confidence=_KNOWN) as backend:
        result = backend.infer(inputs_of(backend.bundle, _picture(), [_BOX], 2))
        (found,) = landmarks_of(backend.bundle, result, [_BOX], 2)
    assert result.confidences.shape == (2, 68) and result.face_confidences.shape == (2,)
    np.testing.assert_allclose(found.confidences, _KNOWN.of_landmarks(found.scores))
    assert found.confidence == pytest.approx(float(_KNOWN.of_faces(found.scores)))
    assert found.is_face
    with Spots(tmp_path / "b") as backend:
        (bare,) = find_landmarks(backend, _picture(), [_BOX])
        assert backend.infer(result_inputs(backend)).confidences is None
    assert bare.confidences is None and bare.confidence is None and bare.is_face


def result_inputs(backend: Backend) -> np.ndarray:
    return inputs_of(backend.bundle, _picture(), [_BOX])


def test_left_and_right_must_be_known(tmp_path: Path) -> None:
    bundle = load_bundle(write_test_bundle(tmp_path, hourglass_net(landmarks=5)))
    check_views(bundle, 1)
    with pytest.raises(InputError, match=r"--views 2: .* 5 landmarks .* use --views 1"):
        check_views(bundle, 2)
    with pytest.raises(InputError, match="3 views: use 1, 2, 4, 8 or 16"):
        check_views(bundle, 3)
