# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Squares show the box as they say, and points come back to where they are."""

from __future__ import annotations

import numpy as np
import pytest

from bitstream_flow.benchmarks.peers.squares import (
    Square,
    in_pictures,
    jittered,
    labels_in_box,
    norms_in_box,
)
from model.data.synthetic import synthetic

BOX = np.array([40.0, 30.0, 20.0])


@pytest.mark.parametrize("square", [Square(1.0), Square(1.5, 0.1), Square(0.6, -0.2)])
def test_a_bright_spot_comes_back(square: Square) -> None:
    image = np.zeros((80, 80, 3), np.uint8)
    x, y = 42, 28
    image[y - 1 : y + 2, x - 1 : x + 2] = 255
    size = 240
    picture = square.picture(image, BOX, size)
    rows, columns = np.nonzero(picture[..., 0])
    spot = np.array([columns.mean(), rows.mean()])
    found = square.in_box(spot, size)
    np.testing.assert_allclose(found * BOX[2] + BOX[:2], [x, y], atol=0.05)
    np.testing.assert_allclose(square.in_picture(found, size), spot)


def test_labels_go_into_the_box_and_back() -> None:
    dataset = synthetic(5, 14)
    labels = labels_in_box(dataset)
    assert (np.abs(labels) < 0.6).all()
    np.testing.assert_allclose(in_pictures(labels, dataset), dataset.landmarks, rtol=1e-5)
    np.testing.assert_allclose(norms_in_box(dataset) * dataset.box[:, 2], dataset.norm)


def test_boxes_are_jittered_as_far_as_is_said_and_alike_each_time() -> None:
    dataset = synthetic(200, 14)
    box = jittered(dataset).box
    aside = (box[:, :2] - dataset.box[:, :2]) / dataset.box[:, 2:]
    assert 0.035 < np.abs(aside).max() <= 0.04 + 1e-6
    sides = box[:, 2] / dataset.box[:, 2]
    assert 0.9 <= sides.min() < 0.91 and 1.09 < sides.max() <= 1.1
    assert (box == jittered(dataset).box).all()
