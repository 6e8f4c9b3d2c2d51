# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Evaluation from the command line: tables, files, flip test, the gallery of failures."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from hls.common.errors import InputError, run_command
from model import evaluate
from model.config import Config
from model.data.dataset import Dataset
from model.data.geometry import square_to_input, transform
from model.evaluation.crops import accuracy, heatmaps_of
from model.evaluation.crops import test_crops as evaluation_crops
from model.evaluation.pictures import failures, largest
from model.network.randomise import random_network
from model.training import checkpoint
from model.training.checkpoint import load_logits, save_network
from model.training.optimise import Logits
from tests.model.data.test_packed import write_packed

NAN = np.nan
Command = Callable[..., int]


@pytest.fixture
def shipped(small, tmp_path, monkeypatch) -> dict[str, Config]:
    """A network, its real-valued twin and one whose data is elsewhere, in a shipping folder."""
    data = replace(small.data, file="data.npz")
    first = replace(small, data=data)
    configs = {
        "small": first,
        "small-real": replace(first, name="small-real", network=replace(first.network, real=True)),
        "far": replace(small, name="far", data=replace(data, file="far.npz", metric="pck")),
    }
    monkeypatch.setattr(checkpoint, "FOLDER", tmp_path / "shipped")
    for name, config in configs.items():
        path = tmp_path / "shipped" / f"{name}.safetensors"
        save_network(path, Logits(random_network(config)), config)

    def load(name: str) -> Config:
        if name not in configs:
            raise InputError(f"unknown configuration {name!r}")
        return configs[name]

    monkeypatch.setattr(evaluate, "load_config", load)
    monkeypatch.delenv("LANDMARK_DATA", raising=False)
    write_packed(tmp_path / "data.npz", 16, split=np.array([b"train"] * 2 + [b"test"] * 14))
    return configs


@pytest.fixture
def run(monkeypatch, tmp_path) -> Command:
    def command(*arguments: str, data: Path | None = tmp_path) -> int:
        given = ["--data", str(data)] if data else []
        monkeypatch.setattr(sys, "argv", ["evaluate", *given, *arguments])
        with pytest.raises(SystemExit) as ended:
            run_command(evaluate.main)
        return int(ended.value.code or 0)

    return command


def test_every_shipped_network_with_data_is_in_the_tables(shipped, run, capsys, tmp_path) -> None:
    assert run() == 0
    printed = capsys.readouterr()
    crops = evaluation_crops(shipped["small"], tmp_path)
    logits = load_logits(shipped["small"])
    exact = accuracy(lambda images: heatmaps_of(logits.network, images), crops, logits.decoder)
    said = printed.out.partition("small: NME ")[2].partition(" % on 14 test images (data.npz)")[0]
    assert float(said) == pytest.approx(100 * exact, rel=1e-12)
    titles = [line for line in printed.out.splitlines() if line.startswith("##")]
    assert titles == ["## small on data.npz", "## small-real on data.npz", "## Summary"]
    assert printed.err.startswith("skipped far: ") and printed.err.count("\n") == 1


def test_files(shipped, run, capsys, tmp_path) -> None:
    out = tmp_path / "new" / "out"
    assert run("--config", "small", "--out", str(out)) == 0
    names = {"data.npz-ced.csv", "data.npz-ced.png", "small-data.npz-worst.png"}
    names |= {"tables.md", "tables.csv"}
    assert {path.name for path in out.iterdir()} == names
    assert (out / "tables.md").read_text() == capsys.readouterr().out
    picture = cv2.imread(str(out / "small-data.npz-worst.png"))
    assert picture.shape == (3 * 192, 4 * 192, 3)  # 12 of the 14 images
    assert cv2.imread(str(out / "data.npz-ced.png")) is not None
    curve = list(csv.DictReader((out / "data.npz-ced.csv").open()))
    shares = [float(line["share"]) for line in curve]
    assert {line["curve"] for line in curve} == {"small"}
    assert (curve[0]["limit"], curve[-1]["limit"]) == ("0", "0.15")
    assert shares == sorted(shares)


def test_curves_of_poses_count_joints(tmp_path) -> None:
    errors = np.array([[0.1, 0.3], [0.7, NAN]])
    both = {"one": errors, "one, 8 views": errors / 2}
    evaluate.write_curves(tmp_path / "x-ced", "pck", both)
    shares = {
        (line["curve"], line["limit"]): float(line["share"])
        for line in csv.DictReader((tmp_path / "x-ced.csv").open())
    }
    assert [shares["one", t] for t in ("0.05", "0.2", "0.5", "1")] == [0, 1 / 3, 2 / 3, 1]
    assert shares["one, 8 views", "0.2"] == 2 / 3


def test_json_with_views(shipped, run, capsys) -> None:
    chosen = ["--config", "small", "small-real", "--json"]
    assert run(*chosen, "--views", "1", "2", "4") == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    whole = {
        (line["network"], line["views"]): line["value"]
        for line in lines
        if (line["data"], line["subset"], line["metric"]) == ("data.npz", "all", "NME")
    }
    pairs = {(name, views) for name in ("small", "small-real") for views in (1, 2, 4)}
    assert set(whole) == pairs | {("mean shape", 1)}
    # The drawn faces are alike: their mean shape is close, and a random network is not.
    assert 0 < whole["mean shape", 1] < min(whole[pair] for pair in pairs)
    assert run(*chosen, "--flip") == 0  # the paper's name for two views
    again = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {line["views"] for line in again if line["network"] == "small"} == {2}
    assert [line for line in lines if line["views"] == 2] == [
        line for line in again if line["views"] == 2
    ]


def test_a_checkpoint_names_its_configuration(shipped, run, capsys, tmp_path) -> None:
    (tmp_path / "shipped" / "small.safetensors").rename(tmp_path / "mine.safetensors")
    assert run("--checkpoint", str(tmp_path / "mine.safetensors")) == 0
    assert capsys.readouterr().out.startswith("## small on data.npz\n")


def test_the_papers_figures_need_no_data(run, capsys) -> None:
    assert run("--published", data=None) == 0
    assert "recalled, unconfirmed" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--config", "none"], "unknown configuration 'none'"),
        (["--config", "far"], "nothing to evaluate"),
        (["--config", "small", "far", "--checkpoint", "x"], "give one --config"),
        (["--config", "small", "--data", "nowhere"], "data folder nowhere is missing"),
        (["--config", "small", "--out", "taken"], "cannot write taken"),
        (["--on", "helen"], "unknown data set 'helen': use aflw2000-3d, helen68"),
        (["--on", "helen68"], "helen68.npz is missing: put the data set helen68 there"),
        (["--on", "faces68"], "faces68 has 68 landmarks, the networks find others: far 14, small"),
        (["--on", "pose14"], "pose14.npz is no packed data set"),
    ],
)
def test_mistakes(arguments, message, shipped, run, capsys, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("taken", "faces68.npz", "pose14.npz"):
        Path(name).write_text("a file")
    assert run(*arguments) == 1
    assert message in capsys.readouterr().err.splitlines()[-1]


def test_nothing_shipped(shipped, run, capsys, monkeypatch, tmp_path) -> None:
    monkeypatch.setattr(checkpoint, "FOLDER", tmp_path / "empty")
    assert run() == 1 and "no checkpoint is shipped" in capsys.readouterr().err
    assert (
        run("--config", "small") == 1 and "small.safetensors is missing" in capsys.readouterr().err
    )


def test_images_without_normaliser_do_not_count(shipped, run, capsys, tmp_path) -> None:
    write_packed(tmp_path / "data.npz", norm=np.full(6, NAN, np.float32))
    assert run("--config", "small") == 1 and "no image counts" in capsys.readouterr().err


def test_the_mean_shape_by_hand(small, monkeypatch) -> None:
    points = np.array([[[15, 10], [10, 10]], [[5, 5], [0, 0]]], np.float32)
    visible = np.array([[True, True], [True, False]])
    box = np.array([[10, 10, 20], [5, 5, 4]], np.float32)
    dataset = Dataset([], points, visible, np.ones(2), box)
    shape = evaluate.mean_shape(dataset)
    assert shape.tolist() == [[0.625, 0.5], [0.5, 0.5]]  # x of (0.75 + 0.5) / 2
    monkeypatch.setattr(evaluate, "load_source", lambda *_, **__: dataset)
    monkeypatch.setattr(evaluate, "fitting", lambda *_: dataset)
    half = replace(small, data=replace(small.data, crop=0.5))
    found = evaluate.constant_points(half, None)
    # A box of side 1 with its corner at 0, of which the network sees half.
    matrix = square_to_input(np.array([0.5, 0.5, 0.5]), 16)
    np.testing.assert_allclose(found, transform(shape, matrix))


def test_the_worst_images_come_first() -> None:
    errors = np.array([[0.1, NAN], [NAN, NAN], [0.2, 0.4], [0.5, 0.1], [0.2, 0.2]])
    worst, means = largest(errors, 3)
    assert worst.tolist() == [2, 3, 4]  # equal ones in their own order
    np.testing.assert_allclose(means, [0.3, 0.3, 0.2])


def test_the_gallery_shows_only_what_counts() -> None:
    images, points = np.zeros((2, 16, 16, 3), np.uint8), np.full((2, 1, 2), 8.0)
    errors = np.array([[0.1], [NAN]])
    picture = failures(images, points, points + 3, errors, count=1)
    assert picture.shape == (192, 4 * 192, 3)
    truth, found = picture[102, 102], picture[138, 138]  # (8 + 0.5) * 12 and 36 further
    assert truth.argmax() == 1 and found.argmax() == 0 and picture[:, 192:].max() == 0


def test_an_interrupted_write_leaves_the_earlier_file(tmp_path, monkeypatch) -> None:
    path = tmp_path / "tables.md"
    evaluate.write_file(path, "earlier")

    def full(self: Path, data: bytes) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(InputError, match=r"cannot write .*tables\.md: no space left"):
        evaluate.write_file(path, "later")
    assert path.read_text() == "earlier"
