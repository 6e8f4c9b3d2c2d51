# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""The simplest safe FIFOs: a map on every skip; they run, and ours are smaller."""

from __future__ import annotations

import numpy as np
import pytest

from bitstream_flow.fifos.depths import Depth, size_fifos
from bitstream_flow.fifos.simplest import simplest_safe_bits, simplest_safe_depths, skips
from hls.graph.graph import Graph
from hls.graph.reference import run_reference
from host.simulated.offline import RtlSimulation
from tests.bitstream_flow.builds import make_bundle, make_chip
from tests.networks import tiny_hourglass


@pytest.fixture(scope="module")
def logical() -> Graph:
    return tiny_hourglass()


@pytest.fixture(scope="module")
def chip(logical: Graph) -> Graph:
    return make_chip(logical, 2500)


def test_skips_are_what_joins_wait_with(logical: Graph) -> None:
    blocks = ("block", "up", "low")
    early = {f"{name}.stage{stage}.quant" for name in blocks for stage in (1, 2)}
    assert skips(logical) - early == {"stem.quant.0", "block.clip.0.0", "pool.0", "up.clip"}


def test_a_map_on_every_skip_takes_more_than_the_analysis(chip: Graph) -> None:
    interval = chip.interval
    depths, streams = simplest_safe_depths(chip), chip.streams
    waiting = skips(chip)
    for name, stream in streams.items():
        assert depths[name] == (stream.beats if name in waiting else 2)
    bits = sum(depths[name] * stream.width_bits for name, stream in streams.items())
    assert simplest_safe_bits(chip) == bits
    assert bits > sum(depth.bits for depth in size_fifos(chip, interval))


@pytest.mark.simulation
def test_the_simplest_depths_run(logical: Graph, chip: Graph, tmp_path) -> None:
    wanted, streams = simplest_safe_depths(chip), chip.streams
    depths = [Depth(name, 0, depth, streams[name].width_bits) for name, depth in wanted.items()]
    images = np.random.default_rng(0).integers(0, 256, (3, *logical.tensors["image"].shape))
    rtl = RtlSimulation(make_bundle(tmp_path / "bundle", logical, chip, depths), print)
    run = rtl.simulate(images.astype(np.uint8), stall=0.2)
    assert np.array_equal(run.outputs[0], run_reference(logical, images)["heatmaps"])
