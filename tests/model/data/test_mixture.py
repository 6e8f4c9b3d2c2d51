# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Several data sets by weight, and empty targets for squares without a face."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hls.common.errors import InputError
from model.config import Config, DataConfig, Source, load_config
from model.data.batches import Views, batches
from model.data.load import load_source
from model.data.mixture import Mixture, Part, only, training_set
from model.data.synthetic import synthetic
from model.training.targets import gaussians
from tests.model.data.test_packed import write_packed


def _config(small: Config, tmp_path: Path, **data: object) -> Config:
    for name, count in (("a.npz", 12), ("b.npz", 8)):
        write_packed(tmp_path / name, count)
    return replace(small, data=replace(small.data, file="", **data))


def test_weights_decide_how_often_an_image_is_drawn(small: Config, tmp_path: Path) -> None:
    files = (Source("a.npz"), Source("b.npz", weight=2.5))
    mixture = training_set(_config(small, tmp_path, files=files), tmp_path)
    first, second = (len(part.dataset) for part in mixture.parts)
    assert len(mixture) == first + round(2.5 * second)
    epoch = mixture.epoch(np.random.default_rng(0))
    assert np.bincount(epoch[epoch[:, 0] == 0, 1]).tolist() == [1] * first
    drawn = np.bincount(epoch[epoch[:, 0] == 1, 1], minlength=second)
    assert set(drawn.tolist()) <= {2, 3}


def test_half_a_weight_draws_other_images_in_each_epoch() -> None:
    data = synthetic(20, 14)
    mixture = Mixture((Part(data, 10),))
    one, two = (mixture.epoch(np.random.default_rng(seed))[:, 1] for seed in (0, 1))
    assert len(set(one.tolist())) == 10 and set(one.tolist()) != set(two.tolist())


def test_faceless_squares_have_their_share_and_empty_targets(small: Config, tmp_path: Path) -> None:
    config = _config(small, tmp_path, files=(Source("a.npz"),), faceless=0.5)
    mixture = training_set(config, tmp_path)
    faces, squares = (part.draws for part in mixture.parts)
    assert mixture.parts[1].faceless and squares == faces
    views = Views(mixture, config, 0, 16)
    for place, (part, _) in enumerate(views.chosen):
        _, points, visible = views[place]
        assert visible.all() if part else True
        peak = gaussians(points[None], 4, 1.0).amax()
        assert peak == 0 if part else peak > 0.1


def test_batches_of_a_mixture_are_the_same_for_any_workers(small: Config, tmp_path: Path) -> None:
    config = _config(small, tmp_path, files=(Source("a.npz"), Source("b.npz", weight=0.5)))
    mixture = training_set(config, tmp_path)
    one, two = (list(batches(mixture, config, 3, workers=w)) for w in (0, 1))
    pairs = [pair for both in zip(one, two, strict=True) for pair in zip(*both, strict=True)]
    assert len(pairs) == 3 * len(one) and all((a == b).all() for a, b in pairs)


def test_no_picture_with_room(small: Config) -> None:
    data = synthetic(3, 14)
    data.visible[:] = False
    views = Views(Mixture((Part(data, 3, faceless=True),)), small, 0, 16)
    with pytest.raises(InputError, match="no training picture has room"):
        views[0]


def test_a_data_set_alone_is_drawn_once() -> None:
    assert len(only(synthetic(5, 14))) == 5


@pytest.mark.parametrize("names", [["x", "y"], [b"x", b"y"]], ids=["text", "bytes"])
def test_shifts_move_one_source(tmp_path: Path, names: list[str | bytes]) -> None:
    write_packed(tmp_path / "d.npz", source=np.array(names * 3))
    plain = load_source(Source("d.npz"), tmp_path, "train")
    assert list(plain.subsets) == ["x", "y"]
    moved = load_source(Source("d.npz", shifts={"y": (1.0, -2.0)}), tmp_path, "train")
    step = moved.landmarks - plain.landmarks
    assert sorted({tuple(s) for s in step.reshape(-1, 2).round(3).tolist()}) == [(0, 0), (1, -2)]
    with pytest.raises(InputError, match="no images of the source 'z'"):
        load_source(Source("d.npz", shifts={"z": (0, 0)}), tmp_path, "train")


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("data.files=[1]", "must be tables"),
        ("data.files=[{file='a.txt'}]", "the name of an .npz file"),
        ("data.files=[{file='a.npz', weight=0}]", "weight = 0"),
        ("data.files=[{file='a.npz', shifts={x=[1]}}]", "shifts.x"),
        ("data.files=[{fil='a.npz'}]", "unknown key fil"),
        ("data.faceless=1.0", "faceless = 1.0"),
    ],
)
def test_illegal_files(override: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        load_config("face-z1", [override])


def test_one_file_takes_the_place_of_several() -> None:
    config = load_config("face-z1", ["data.file='own.npz'"])
    assert [source.file for source in config.data.sources] == ["own.npz"]
    with pytest.raises(InputError, match="not both"):
        DataConfig(file="a.npz", files=(Source("b.npz"),))
