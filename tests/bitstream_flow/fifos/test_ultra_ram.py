# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""FIFOs in UltraRAM: which ones, and skips in wide beats that keep values, pace and liveness."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bitstream_flow.boards.board import load_board
from bitstream_flow.fifos import ultra_ram
from bitstream_flow.fifos.depths import size_fifos
from bitstream_flow.fifos.ultra_ram import lanes_for_ultra_ram, with_ultra_ram
from bitstream_flow.plan.converters import widen
from bitstream_flow.plan.files import load_plan, save_plan
from bitstream_flow.plan.planner import Plan
from hls.graph.graph import Graph
from hls.graph.reference import run_reference
from hls.operators.fifo import Fifo
from hls.operators.resources import Resources
from hls.operators.width_converter import WidthConverter
from hls.streams.tensor import TensorType
from host.simulated.offline import RtlSimulation
from tests.bitstream_flow.builds import make_bundle, make_chip
from tests.networks import tiny_hourglass

KIND = TensorType(64, 64, 32, 4, signed=True)
FIFOS = {
    "narrow": Fifo(KIND, lanes=1, depth=5000),
    "wide": Fifo(KIND, lanes=16, depth=4000),
    "short": Fifo(KIND, lanes=16, depth=20),
}
BUDGET = replace(load_board("KV260").budget, bram36=10, uram=10)


@pytest.fixture(scope="module")
def logical() -> Graph:
    return tiny_hourglass(height=16, width=12)


@pytest.fixture(scope="module")
def chip(logical: Graph) -> Graph:
    return make_chip(logical, 2500)


@pytest.fixture(scope="module")
def wide(chip: Graph) -> Graph:
    """The chip with every skip that has one channel a beat widened to all of them."""
    streams = chip.streams
    waiting = {name for names in chip.joins.values() for name in names}
    lanes = {
        name: streams[name].tensor.channels
        for name in waiting
        if streams[name].lanes < streams[name].tensor.channels
    }
    assert len(lanes) > 5
    return widen(chip, lanes)


def test_what_frees_most_moves_first_and_until_both_memories_are_as_full() -> None:
    moved = {n for n, f in with_ultra_ram(FIFOS, Resources(), BUDGET).items() if f.ultra_ram}
    assert moved == {"wide"}
    assert not any(f.ultra_ram for f in with_ultra_ram(FIFOS, Resources(uram=9), BUDGET).values())


def test_a_part_without_ultra_ram_gets_none(chip: Graph) -> None:
    found = Plan.of(chip, load_board("Pynq-Z1").budget)
    assert not found.widened and not any(depth.ultra_ram for depth in found.depths)
    assert "uram" not in found.resources.shares(load_board("Pynq-Z1").budget)


def test_long_narrow_fifos_between_other_operators_are_widened(chip: Graph) -> None:
    name = next(name for name in chip.streams if name in chip.joins["clip.op"])
    beside = next(n.inputs[0] for n in chip.nodes if isinstance(n.op, WidthConverter))
    long = Fifo(KIND, depth=40_000)
    found = lanes_for_ultra_ram(chip, {name: long, beside: long, chip.output: long})
    # 18 would fill the 72 bits, but do not divide the channels.
    assert found == {name: 16}
    assert not lanes_for_ultra_ram(chip, {name: replace(long, depth=4000)})


def test_a_plan_in_ultra_ram_is_kept_and_read_again(
    logical: Graph, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ultra_ram, "_WORTH_WIDENING", 0.5)
    graph = tiny_hourglass(height=96, width=64)
    chip = make_chip(graph, 80_000)
    found = Plan.of(chip, replace(BUDGET, bram36=1))
    assert found.widened and found.resources.uram > 0
    assert sum(depth.ultra_ram for depth in found.depths) == found.resources.uram
    save_plan(found, tmp_path)
    again = load_plan(graph, tmp_path)
    assert again.depths == found.depths and again.widened == found.widened
    assert [node.op for node in again.graph.nodes] == [node.op for node in found.graph.nodes]


@pytest.mark.simulation
def test_wide_skips_keep_values_pace_and_liveness(logical, wide, tmp_path) -> None:
    shape = (5, *logical.tensors["image"].shape)
    images = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    expected = run_reference(logical, images)["heatmaps"]
    interval = wide.interval
    depths = size_fifos(wide, interval)
    rtl = RtlSimulation(make_bundle(tmp_path / "enough", logical, wide, depths), print)
    run = rtl.simulate(images)
    least = rtl.simulate(images, limits={d.name: max(d.least, 4) for d in depths if d.depth > 4})
    for found in (run, least):
        assert np.array_equal(found.outputs[0], expected)
    assert interval <= np.diff(run.frame_ends)[1:].mean() <= 1.01 * interval
