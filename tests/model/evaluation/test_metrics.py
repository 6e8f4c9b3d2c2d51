# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Metrics against figures worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from model.evaluation import metrics

NAN = np.nan
# Image means 0.2, 0.6, and an image that does not count.
ERRORS = np.array([[0.1, 0.2, 0.3], [0.5, NAN, 0.7], [NAN, NAN, NAN]])
SOME = arrays(np.float64, (5, 4), elements=st.floats(0, 2) | st.just(NAN))


def test_distances() -> None:
    landmarks = np.array([[[0, 0], [10, 10]], [[1, 1], [2, 2]]], np.float32)
    found = landmarks + np.array([[[3, 4], [0, 2]], [[1, 0], [0, 1]]])
    visible = np.array([[True, False], [True, True]])
    errors = metrics.distances(found, landmarks, visible, np.array([10, NAN], np.float32))
    assert errors.dtype == np.float64
    np.testing.assert_array_equal(errors, [[0.5, NAN], [NAN, NAN]])  # 5 / 10


def test_found_points_are_input_pixels() -> None:
    # Heatmap cell 2.25 covers input pixels round (2.25 + 0.5) * 4 - 0.5.
    assert metrics.found_points(np.array([[[9 * 16, 0]]])).tolist() == [[[10.5, 1.5]]]


def test_nme() -> None:
    assert metrics.nme(ERRORS) == pytest.approx(0.4)  # (0.2 + 0.6) / 2


def test_pck() -> None:
    assert metrics.pck(ERRORS, 0.3) == pytest.approx(3 / 5)
    assert metrics.pck(ERRORS, 0.6999) == pytest.approx(4 / 5)
    assert metrics.pck(ERRORS, 0) == 0


def test_pckh_by_joint() -> None:
    errors = np.full((2, 16), 0.9)
    errors[0, [9, 12, 13]] = 0.5  # at the threshold counts
    errors[1, [8, 9, 12]] = 0.1
    errors[0, 8] = NAN
    errors[:, [6, 7]] = 0.0  # pelvis and thorax are in no part
    errors[:, [0, 5]] = NAN
    parts = metrics.pck_by_joint(errors, 0.5, metrics.MPII_PARTS)
    # Head: joint 8 1 of 1, joint 9 2 of 2. Shoulder: joint 12 2 of 2, joint 13 1 of 2.
    assert (parts["Head"], parts["Shoulder"], parts["Hip"]) == (1, 0.75, 0)
    assert np.isnan(parts["Ankle"])
    # 12 joints count: 1 + 1 + 1 + 0.5 of them.
    assert metrics.pck_total(errors, 0.5, metrics.MPII_PARTS) == pytest.approx(3.5 / 12)


def test_a_part_is_the_mean_of_its_joints() -> None:
    errors = np.array([[0.1, 0.9], [0.1, NAN], [0.1, NAN], [0.9, NAN]])
    assert metrics.pck_by_joint(errors, 0.5, {"both": (0, 1)}) == {"both": 0.375}  # (3/4 + 0) / 2


def test_failure_rate_and_curve() -> None:
    assert metrics.failure_rate(ERRORS, 0.2 + 1e-9) == 0.5
    assert metrics.failure_rate(ERRORS, 0.7) == 0
    assert metrics.cumulative(ERRORS, [0.1, 0.3, 0.6001]).tolist() == [0, 0.5, 1]


def test_auc() -> None:
    # Up to 1: the curve is 0 to 0.2, 1/2 to 0.6, 1 to 1: 0.4 / 2 + 0.4.
    assert metrics.auc(ERRORS, 1) == pytest.approx(0.6)
    # Up to 0.4: 1/2 from 0.2 on: 0.1 / 0.4.
    assert metrics.auc(ERRORS, 0.4) == pytest.approx(0.25)


def test_mean_of_bins_is_the_published_mean() -> None:
    # The paper's AFLW2000-3D row: 2.47, 3.01, 4.31 -> 3.26.
    assert round(metrics.mean_of_bins([2.47, 3.01, 4.31]), 2) == 3.26
    assert np.isnan(metrics.mean_of_bins([0.1, NAN]))


def test_nothing_to_count() -> None:
    empty = np.full((2, 3), NAN)
    figures = (metrics.nme(empty), metrics.pck(empty, 1), metrics.auc(empty, 1))
    assert np.isnan([*figures, metrics.failure_rate(empty, 1)]).all()
    assert np.isnan(metrics.pck_total(empty, 1, {"all": (0, 1, 2)}))


@pytest.mark.parametrize(
    ("parts", "left_out"),
    [
        (metrics.MPII_PARTS, {6, 7}),
        (metrics.POSE14_PARTS, set()),
        (metrics.FACE68_PARTS, set()),
    ],
)
def test_parts_hold_every_joint_once(parts, left_out) -> None:
    joints = [joint for part in parts.values() for joint in part]
    assert len(joints) == len(set(joints))
    assert set(range(max(joints) + 1)) - set(joints) == left_out


@given(SOME, st.floats(0.01, 2))
def test_curve_and_failures_add_up(errors, limit) -> None:
    shares = metrics.cumulative(errors, [limit / 2, limit])
    if np.isnan(errors).all():
        assert np.isnan(shares).all()
        return
    assert 0 <= shares[0] <= shares[1] <= 1
    assert metrics.failure_rate(errors, limit) == pytest.approx(1 - shares[1])
    assert metrics.auc(errors, limit) <= shares[1] + 1e-12


@given(SOME, st.floats(0.1, 10))
def test_errors_scale_with_the_normaliser(errors, factor) -> None:
    if not np.isnan(errors).all():
        assert metrics.nme(errors * factor) == pytest.approx(metrics.nme(errors) * factor)
