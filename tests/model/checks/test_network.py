# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Labels beside what a network sees: shifts and changed sides are found, noise is not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hls.streams.landmarks import DecoderSettings
from hls.streams.mirror import flip_table
from model.checks.findings import Labelled
from model.checks.network import Seen, look, sample, shift_findings, shift_of, swap_findings
from model.config import Config
from model.data.synthetic import synthetic

COUNT = 60


@pytest.fixture
def face(small: Config) -> Config:
    return replace(small, network=replace(small.network, landmarks=68))


@pytest.fixture
def seen(face: Config) -> Seen:
    """A network that is right on average, in a data set of two sources."""
    data, random = synthetic(COUNT, 68), np.random.default_rng(1)
    first = np.arange(COUNT) < COUNT // 2
    data = replace(data, subsets={"first": first, "second": ~first})
    points = data.landmarks + random.normal(0, 1, data.landmarks.shape)
    return Seen(data, np.arange(COUNT), points, np.arange(COUNT), face)


def test_labels_in_place_are_no_finding(seen: Seen) -> None:
    assert [*shift_findings(seen), *swap_findings(seen)] == []


def test_a_shift_of_one_source_is_found(seen: Seen) -> None:
    seen.dataset.landmarks[: COUNT // 2] += [0.6, -0.8]
    shift, error = shift_of(seen, seen.dataset.subsets["first"])
    np.testing.assert_allclose(shift, [0.6, -0.8], atol=4 * error.max())
    assert 0.01 < error.max() < 0.06
    (found,) = shift_findings(seen)
    text = str(found)
    assert (
        text.startswith("warning: labels of source first lie 0.") and "to the right and 0." in text
    )
    assert "above of what is seen (x is proven by mirror symmetry; y only relative" in text
    assert 'set shifts = { "first" = [-0.' in text and not found.fatal


def test_a_shift_within_its_error_is_no_finding(seen: Seen) -> None:
    """One person's pictures count once, however many there are."""
    moved = seen.points + np.random.default_rng(0).normal(0, 3, (4, 1, 2))[np.arange(COUNT) % 4]
    few = replace(seen, points=moved, group=np.arange(COUNT) % 4)
    assert list(shift_findings(few)) == []


def test_landmarks_that_the_network_misses_say_nothing(seen: Seen) -> None:
    seen.points[:, :20] += 60
    assert list(shift_findings(seen)) == []
    seen.points[:] += 100
    assert np.isnan(shift_of(seen, np.ones(COUNT, bool))[0]).all()
    assert list(shift_findings(seen)) == []


def test_swapped_sides(seen: Seen) -> None:
    table = flip_table(68)
    seen.dataset.landmarks[5] = seen.dataset.landmarks[5][table]
    (found,) = swap_findings(seen)
    assert f"swapped in image 5 of {COUNT} looked at" in str(found) and not found.fatal
    others = np.arange(COUNT) != 5
    seen.dataset.landmarks[others] = seen.dataset.landmarks[others][:, table]
    (found,) = swap_findings(seen)
    assert f"swapped in {COUNT} images (the first: 0)" in str(found) and found.fatal


def test_the_sample_is_of_each_source_and_counts(seen: Seen) -> None:
    seen.dataset.norm[:10] = np.nan
    data = Labelled(seen.dataset, np.array(["test"] * COUNT))
    chosen = sample(data, 15)
    assert len(chosen) == 30 and chosen.min() >= 10 and (chosen < COUNT // 2).sum() == 15
    assert chosen.tolist() == sample(data, 15).tolist()


def test_what_is_seen_lies_in_the_pictures_pixels(face: Config) -> None:
    """A network finds everything in the middle of its input, and of the mirror image."""

    def middle(images: np.ndarray) -> np.ndarray:
        maps = np.zeros((len(images), 4, 4, 68), np.int32)
        maps[:, 1:3, 1:3] = 1
        maps[:, 1, 1] = 2
        return maps

    data = Labelled(synthetic(6, 68), np.array(["test"] * 6))
    data.dataset.box[:, :2] += np.arange(6)[:, None]
    seen = look(middle, DecoderSettings(2, 0), face, data, 4, "")
    assert len(seen.chosen) == 4
    x, y = (seen.points - seen.dataset.box[:, None, :2]).transpose(2, 0, 1)
    side = 0.8 * 96 * face.data.crop
    assert np.abs(x).max() < 1e-4  # the cell left of the middle and its mirror image
    np.testing.assert_allclose(y, -side / 8, atol=side / 16)
    assert seen.dataset.box[:, 0].tolist() == data.dataset.box[seen.chosen, 0].tolist()
