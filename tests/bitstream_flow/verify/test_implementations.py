# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""The equality gate on the shipped network: all tensors of all implementations."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from bitstream_flow.artifacts.build import DEFAULT_RATE, Build
from bitstream_flow.bench import accuracies
from bitstream_flow.boards.board import load_board
from bitstream_flow.build import BUNDLE, EXPORT, FOLD, FRONTEND
from bitstream_flow.equality import real_images
from bitstream_flow.verify.gate import compare
from bitstream_flow.verify.implementations import random_images
from host.bundle.bundle import load_bundle
from host.emulator import Emulator
from host.emulator.__main__ import differing
from host.golden.model import Golden

DATA = os.environ.get("LANDMARK_DATA")
needs_data = pytest.mark.data


@pytest.fixture(scope="module")
def build() -> Build:
    """What make bitstream makes; its steps are taken over where they are already done."""
    build = Build("face-tiny", load_board("Pynq-Z1"), DEFAULT_RATE)
    EXPORT.run(build)
    FRONTEND.run(build)
    FOLD.run(build)
    BUNDLE.run(build)
    return build


def test_random_images(build: Build) -> None:
    more = random_images(build.logical, 2, seed=1)
    report = compare(build, random_images(build.logical, 4), rtl_frames=4, more=more)
    assert report.equal, "\n".join(map(str, report.lines))
    assert [line.name for line in report.lines] == [
        "QONNX", "FINN", "golden", "emulator", "HLS C++", "RTL",
    ]  # fmt: skip
    assert [line.frames for line in report.lines] == [4, 4, 4, 6, 6, 4]
    assert min(len(line.tensors) for line in report.lines) >= 77
    assert report.cycles <= 1.05 * build.plan.interval


@needs_data
def test_photographs(build: Build) -> None:
    report = compare(build, real_images("face-tiny", Path(str(DATA)), 3), rtl_frames=1)
    assert report.equal, "\n".join(map(str, report.lines))


@needs_data
def test_the_emulator_on_many_photographs(build: Build) -> None:
    bundle = load_bundle(build.bundle)
    images = real_images("face-tiny", Path(str(DATA)), 200)
    images = np.concatenate([images, random_images(bundle.graph, 200, seed=3)])
    golden, emulator = Golden(bundle.graph), Emulator(bundle.graph, bundle.decoder)
    assert differing(bundle, golden, emulator, images) == 0


@needs_data
def test_accuracy_is_the_same_to_the_last_digit(build: Build) -> None:
    golden = Golden(load_bundle(build.bundle).graph)
    brevitas, numpy, count = accuracies(build, golden, Path(str(DATA)))
    assert brevitas == numpy and count == 973
    assert brevitas < 0.09


def test_a_flipped_weight_is_found(build: Build) -> None:
    graph = load_bundle(build.bundle).graph
    image = random_images(graph, 3)[2:]
    right = Golden(graph).run(image)
    node = graph.producers["block1.stage1.conv"][0]
    node.constants["weights"][0, 0] ^= 1
    assert not np.array_equal(Golden(graph).run(image), right)
