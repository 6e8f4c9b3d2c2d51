# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Accuracy on a packed data set: the training side's protocol, to the last digit."""

from __future__ import annotations

import os
import re
from pathlib import Path

import cv2
import numpy as np
import pytest

from hls.common.errors import InputError
from hls.common.folders import build_root
from hls.streams.exported import Crop
from hls.streams.views import combined
from host.backends import open_backend
from host.bundle.bundle import load_bundle
from host.pictures.packed import accuracy, errors_of, read_packed
from tests.networks import hourglass_net, write_test_bundle

_COUNT, _SIDE = 11, 40


def pack(path: Path, landmarks: int = 68, **changes: np.ndarray) -> Path:
    """Random pictures with random landmarks, some of them hidden; one image without normaliser."""
    rng = np.random.default_rng(3)
    pictures = rng.integers(0, 256, (_COUNT, _SIDE, _SIDE, 3), np.uint8)
    files = [cv2.imencode(".jpg", cv2.blur(picture, (9, 9)))[1].ravel() for picture in pictures]
    norm = rng.uniform(10, 30, _COUNT).astype(np.float32)
    norm[2] = np.nan
    arrays = {
        "jpeg": np.concatenate(files),
        "offset": np.cumsum([0, *map(len, files)]),
        "landmarks": rng.uniform(0, _SIDE, (_COUNT, landmarks, 2)).astype(np.float32),
        "visible": rng.random((_COUNT, landmarks)) < 0.8,
        "norm": norm,
        "group": np.arange(_COUNT),
        "split": np.where(np.arange(_COUNT) % 4 < 3, b"test", b"train"),
        "box": np.column_stack([rng.uniform(15, 25, (_COUNT, 2)), rng.uniform(18, 34, _COUNT)]),
    }
    np.savez(path, **(arrays | changes))
    return path


@pytest.mark.parametrize("landmarks", [68, 14])
def test_the_training_side_says_the_same(tmp_path: Path, landmarks: int) -> None:
    pytest.importorskip("brevitas", reason="needs the compile side")
    from types import SimpleNamespace

    from model.data.packed import load_packed
    from model.evaluation.crops import crops_of, views_of
    from model.evaluation.tables import headline_of

    path = pack(tmp_path / "data.npz", landmarks)
    graph = hourglass_net(landmarks=landmarks)
    bundle = load_bundle(write_test_bundle(tmp_path / "bundle", graph, crop=Crop(0.75)))
    with open_backend("golden", bundle) as backend:
        ours, words = (
            errors_of(backend, read_packed(path, landmarks)),
            accuracy(backend, read_packed(path, landmarks)),
        )
        config = SimpleNamespace(
            network=SimpleNamespace(input_size=16), data=SimpleNamespace(crop=0.75)
        )
        crops = crops_of(load_packed(path, "test"), config)
        heatmaps = backend.infer(crops.images, heatmaps=True).heatmaps
        theirs = crops.errors(heatmaps, bundle.decoder)
        dataset = load_packed(path, "test")

        def run(images: np.ndarray) -> np.ndarray:
            return backend.infer(images, heatmaps=True).heatmaps

        points, scores = views_of(run, bundle.decoder, dataset, config, 4)
        several = crops.errors_of(combined(points, scores, 16))
        np.testing.assert_allclose(
            errors_of(backend, read_packed(path, landmarks), 4), several, rtol=1e-5
        )
        assert accuracy(backend, read_packed(path, landmarks), 4).endswith(", 4 views each")
    np.testing.assert_allclose(ours, theirs, rtol=1e-5)
    _, value = headline_of(theirs, "nme" if landmarks == 68 else "pck")
    wanted = f"NME {value:.4f}, 8 " if landmarks == 68 else f"PCK@0.5 {100 * value:.2f} %, 8 "
    assert words.startswith(wanted), (words, wanted)


def test_errors_are_counted_where_landmarks_are_visible(tmp_path: Path) -> None:
    data = read_packed(pack(tmp_path / "data.npz"), 68)
    assert len(data.pictures) == 9 and data.pictures[0].shape == (_SIDE, _SIDE, 3)
    bundle = load_bundle(write_test_bundle(tmp_path / "bundle"))
    with open_backend("golden", bundle) as backend:
        errors = errors_of(backend, data)
    np.testing.assert_array_equal(np.isnan(errors[:2]), ~data.visible[:2])
    assert np.isnan(errors[2]).all()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"split": np.full(_COUNT, b"train")}, "no images of split 'test'"),
        ({"norm": np.ones(3)}, "norm has 3 entries for 11 images"),
        ({"jpeg": np.zeros(20000, np.uint8)}, "image 0 is no JPEG"),
        ({"box": np.array([{}] * _COUNT)}, "without pickles"),
    ],
)
def test_what_is_no_data_set(tmp_path: Path, changes: dict[str, np.ndarray], words: str) -> None:
    path = pack(tmp_path / "data.npz", **changes)
    with pytest.raises(InputError, match=words):
        read_packed(path, 68)


def test_a_data_set_for_another_network(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"\(14, 2\), the network finds 68"):
        read_packed(pack(tmp_path / "data.npz", landmarks=14), 68)


def test_files_that_are_none(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"cannot read data .*gone\.npz"):
        read_packed(tmp_path / "gone.npz", 68)
    (tmp_path / "text.npz").write_text("text")
    np.save(tmp_path / "array.npy", np.zeros(3))
    np.savez(tmp_path / "other.npz", a=np.zeros(3))
    for name, words in (
        ("text.npz", "no packed"),
        ("array.npy", "no packed"),
        ("other.npz", "lacks"),
    ):
        with pytest.raises(InputError, match=words):
            read_packed(tmp_path / name, 68)


def test_no_image_that_counts(tmp_path: Path) -> None:
    data = read_packed(pack(tmp_path / "d.npz", norm=np.full(_COUNT, np.nan)), 68)
    bundle = load_bundle(write_test_bundle(tmp_path / "bundle"))
    with (
        open_backend("golden", bundle) as backend,
        pytest.raises(InputError, match="no image counts"),
    ):
        accuracy(backend, data)


_BUNDLE = build_root() / "face-tiny-Pynq-Z1" / "bundle"
_DATA = Path(os.environ.get("LANDMARK_DATA", "")) / "wild68.npz"
_CARD = Path(__file__).parents[3] / "model" / "checkpoints" / "face-tiny.md"


@pytest.mark.built
@pytest.mark.data
def test_the_shipped_network_reaches_its_figure() -> None:
    stated = re.search(r"NME (\d+\.\d+) % on 973 test images", _CARD.read_text())
    with open_backend("golden", load_bundle(_BUNDLE)) as backend:
        name, figure, *rest = accuracy(backend, read_packed(_DATA, 68)).split()
    # The card's evaluation also moves labels by the shift of their source, a fifth of a pixel.
    assert stated and 100 * float(figure.strip(",")) == pytest.approx(float(stated[1]), abs=0.3)
    assert (name, rest[:3]) == ("NME", ["973", "test", "images"])
