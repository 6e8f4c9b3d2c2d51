# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""A small network through folding, FIFOs, RTL and bundle: equal to golden, and no deadlock."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bitstream_flow.fifos.depths import Depth, size_fifos
from hls.common.errors import InputError
from hls.graph.graph import Graph
from hls.graph.reference import run_reference
from host.backends import open_backend
from host.bundle.bundle import Bundle
from host.simulated.offline import RtlSimulation
from tests.bitstream_flow.builds import make_bundle, make_chip
from tests.networks import tiny_hourglass

FRAMES = 5


@pytest.fixture(scope="module")
def logical() -> Graph:
    return tiny_hourglass(height=16, width=12)


@pytest.fixture(scope="module")
def chip(logical: Graph) -> Graph:
    return make_chip(logical, 2500)


@pytest.fixture(scope="module")
def interval(chip: Graph) -> int:
    return chip.interval


@pytest.fixture(scope="module")
def images(logical: Graph) -> np.ndarray:
    shape = (FRAMES, *logical.tensors["image"].shape)
    return np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)


@pytest.fixture(scope="module")
def bundle(logical, chip, interval, tmp_path_factory) -> Bundle:
    folder = tmp_path_factory.mktemp("tiny") / "bundle"
    return make_bundle(folder, logical, chip, size_fifos(chip, interval))


@pytest.mark.parametrize("stall", [0.0, 0.3])
def test_rtl_golden_and_reference_agree(logical, bundle, images, stall) -> None:
    expected = run_reference(logical, images)["heatmaps"]
    with open_backend("golden", bundle) as golden:
        assert np.array_equal(golden.infer(images, heatmaps=True).heatmaps, expected)
    rtl = RtlSimulation(bundle, print)
    run = rtl.simulate(images, stall=stall, seed=7)
    assert np.array_equal(run.outputs[0], expected)


def test_the_bottleneck_sets_the_pace(bundle, images, interval) -> None:
    rtl = RtlSimulation(bundle, print)
    run = rtl.simulate(images)
    assert interval <= np.diff(run.frame_ends)[1:].mean() <= 1.01 * interval


def test_a_skip_shorter_by_a_tenth_costs_throughput(
    logical, chip, interval, images, tmp_path
) -> None:
    skip = "stem.quant.0"
    depths = size_fifos(chip, interval)
    depth, least = next((d.depth, d.least) for d in depths if d.name == skip)
    short = _with_skip(depths, skip, max(least, depth * 9 // 10))
    rtl = RtlSimulation(make_bundle(tmp_path / "short", logical, chip, short), print)
    run = rtl.simulate(images)
    assert np.diff(run.frame_ends)[1:].mean() > 1.1 * interval


def _with_skip(depths: list[Depth], name: str, depth: int) -> list[Depth]:
    return [replace(d, depth=depth) if d.name == name else d for d in depths]


def test_the_least_depth_runs_and_one_entry_less_deadlocks_by_name(
    logical, chip, interval, images, tmp_path
) -> None:
    skip = "stem.quant.0"
    depths = size_fifos(chip, interval)
    least = next(d.least for d in depths if d.name == skip)
    enough = make_bundle(tmp_path / "enough", logical, chip, _with_skip(depths, skip, least))
    rtl = RtlSimulation(enough, print)
    rtl.simulate(images[:2])
    short = make_bundle(tmp_path / "short", logical, chip, _with_skip(depths, skip, least - 1))
    rtl = RtlSimulation(short, print)
    with pytest.raises(InputError) as caught:
        rtl.simulate(images[:2], idle_limit=20_000)
    assert f"FIFO {skip} (depth {least - 1})" in str(caught.value)
    assert "\n" not in str(caught.value)
