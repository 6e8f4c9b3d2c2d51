# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Errors by data set, points that are kept, turns that are taken; our networks among the rest."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bitstream_flow.benchmarks.peers.__main__ import entries_of, started
from bitstream_flow.benchmarks.peers.compare import (
    Faces,
    in_turns,
    kept_points,
    picture_of,
    scores_of,
    suited,
)
from bitstream_flow.benchmarks.peers.contestants import Network
from bitstream_flow.benchmarks.peers.squares import labels_in_box
from hls.common.errors import InputError
from host.bundle.bundle import load_bundle
from model.config import parse_config
from model.data.dataset import Dataset
from model.data.synthetic import synthetic
from model.evaluation.crops import crops_of
from model.evaluation.metrics import nme
from model.evaluation.sets import KNOWN
from tests.bitstream_flow.benchmarks.peers.fakes import DIES, SIDE, fake, missing
from tests.model.conftest import VALUES
from tests.networks import hourglass_net, write_test_bundle


class Known:
    """Knows the truth, but for an offset and the second face, which it does not find."""

    name, views, key = "known", 1, "known"

    def __init__(self) -> None:
        self.calls: list[str] = []

    def points(self, dataset: Dataset, what: str) -> np.ndarray:
        self.calls.append(what)
        points = labels_in_box(dataset)
        points[..., 0] += 0.01
        points[1] = np.nan
        return points

    def seconds(self, image: np.ndarray, box: np.ndarray) -> float:
        self.calls.append("turn")
        return float(len(self.calls))


@pytest.fixture(autouse=True)
def _cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANDMARK_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("LANDMARK_BUILD", str(tmp_path / "build"))


@pytest.fixture
def faces() -> Faces:
    tests = synthetic(6, 68, seed=1)
    tests = replace(tests, subsets={"yaw 0-30": np.arange(6) < 3, "yaw 30-60": np.arange(6) >= 3})
    training = synthetic(8, 68, seed=2)
    pairs = [(KNOWN["helen68"], tests), (KNOWN["aflw2000-3d"], tests)]
    return Faces(pairs, training, training.spread(4))


def test_an_offset_is_taken_off_and_a_lost_face_counts(faces: Faces) -> None:
    helen, aflw = scores_of(Known(), faces)
    assert helen.lost == aflw.lost == 1
    dataset = faces.tests[0][1]
    expected = 0.01 * dataset.box[:, 2] / dataset.norm
    found = [0, 2, 3, 4, 5]
    np.testing.assert_allclose(helen.raw[found], np.tile(expected[found, None], 68), rtol=1e-4)
    assert np.abs(helen.corrected[found]).max() < 1e-5 < 0.01 < helen.corrected[1].mean()
    assert set(aflw.rows["raw"]) == {"all", "yaw 0-30", "yaw 30-60", "mean of bins"}


def test_what_was_found_is_kept(faces: Faces) -> None:
    contestant = Known()
    first = scores_of(contestant, faces)
    again = scores_of(contestant, faces)
    # Both data sets are the same faces here.
    assert contestant.calls == ["known: wild68", "known: helen68"]
    np.testing.assert_array_equal(first[0].raw, again[0].raw)
    other = faces.tests[0][1].spread(3)
    assert len(kept_points(contestant, other, "fewer")) == 3


def test_all_take_turns_after_a_round_to_warm_up() -> None:
    one, two = Known(), Known()
    assert in_turns([one, two], synthetic(5, 68)) == [4.0, 4.0]
    assert len(one.calls) == 6


def test_pictures_of_some_faces(faces: Faces) -> None:
    picture = picture_of(Known(), faces, 0, count=3)
    assert picture.shape == (192, 6 * 192, 3) and picture[:, : 3 * 192].any()


def test_a_peer_takes_the_square_that_suits_it(faces: Faces, tmp_path: Path) -> None:
    peer = fake("fake", points=68, zooms=(1.0, 4.0), code=_MIDDLE)
    worker = peer.start(tmp_path)
    contestant = suited(peer, worker, faces)
    assert contestant.square.zoom == 1.0
    assert "fake 1.0" in contestant.note and f"{SIDE} pixels" in contestant.note
    assert contestant.seconds(faces.training.images[0], faces.training.box[0]) >= 0
    worker.close()


# The same ring whatever it sees: right for its box, far too large in a larger square.
_MIDDLE = """
angles = 2 * np.pi * np.arange(68) / 68
def find(picture):
    return 7.5 + 5 * np.stack([np.cos(angles), np.sin(angles)], axis=1)
"""


def test_missing_peers_are_said_and_the_others_run(
    faces: Faces, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    peers = [missing("dlib", tmp_path), fake("good", _MIDDLE, 68), fake("bad", DIES, 68)]
    with started(peers) as running:
        assert [peer.name for peer, _ in running] == ["good", "bad"]
        found = entries_of([], running, faces)
    assert [entry.name for _, entry in found] == ["good"]
    first, second = capsys.readouterr().err.splitlines()
    assert first.startswith("skipped dlib: ") and "make bench-peers" in first
    assert second.startswith("skipped bad stopped: RuntimeError: out of luck")


def _network(tmp_path: Path, views: int, **data: float) -> Network:
    bundle = load_bundle(write_test_bundle(tmp_path / "bundle", hourglass_net()))
    values = {**VALUES, "data": {"file": "none.npz", "crop": 1.0, **data}}
    values["network"] = {**VALUES["network"], "landmarks": 68}
    return Network(bundle, parse_config("small", values), views)


@pytest.mark.parametrize("views", [1, 2])
def test_our_network_is_measured_as_evaluation_does(
    faces: Faces, tmp_path: Path, views: int
) -> None:
    network = _network(tmp_path, views)
    (score, _) = scores_of(network, faces)
    dataset = faces.tests[0][1]
    crops = crops_of(dataset, network._config)
    found = (network.points(dataset, "test") + 0.5) * 16 - 0.5
    assert nme(score.raw) == pytest.approx(nme(crops.errors_of(found)), rel=1e-5)
    assert network.name == ("small" if views == 1 else "small, 2 views")
    assert network.seconds(dataset.images[0], dataset.box[0]) > 0


def test_a_bundle_of_another_crop_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"sees 1.0 of a box, small has 0.75: run make bitstream"):
        _network(tmp_path, 1, crop=0.75)
