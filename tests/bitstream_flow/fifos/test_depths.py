# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""FIFO depths: enough for every join, exact where a skip runs straight from fork to join."""

from __future__ import annotations

import pytest

from bitstream_flow.fifos.depths import WIRES_MAX, size_fifos
from bitstream_flow.plan.converters import insert_converters
from bitstream_flow.plan.folding import Target, fold
from hls.common.errors import InputError
from hls.graph.graph import Graph
from tests.networks import tiny_hourglass


@pytest.fixture(scope="module")
def chip() -> Graph:
    return insert_converters(fold(tiny_hourglass(), Target(3000)))


def test_every_edge_has_a_fifo(chip: Graph) -> None:
    depths = size_fifos(chip, 3000)
    assert [d.name for d in depths] == list(chip.streams)
    assert all(d.least >= (1 if d.depth else 0) for d in depths)


def test_skips_hold_the_rows_that_three_windows_need(chip: Graph) -> None:
    by_name = {d.name: d for d in size_fifos(chip, 3000)}
    skip, width = by_name["stem.quant.0"], chip.tensors["stem.quant"].width
    beats = chip.streams["stem.quant.0"].beats_per_pixel
    # Each 3x3 window looks one row and one pixel ahead; three in a chain look three.
    assert 3 * width * beats <= skip.least <= (3 * width + 8) * beats


def test_what_expands_waits_before_the_expansion(chip: Graph) -> None:
    depths = {d.name: d.depth for d in size_fifos(chip, 3000)}
    upsample = next(node for node in chip.nodes if node.op.module == "upsample")
    # Its output is four times its input: given early, most of a map would wait behind it.
    before = depths[upsample.inputs[0]] + upsample.op.parameters()["DEPTH"]
    assert depths[upsample.outputs[0]] <= 4 < before
    for node in chip.nodes:
        if node.op.module == "window":
            assert depths[node.outputs[0]] <= 2


def test_joins_are_the_nodes_with_several_inputs(chip: Graph) -> None:
    found = chip.joins
    assert "clip.op" in found and len(found["block.concat.op"]) == 3
    assert all(len(names) > 1 for names in found.values())


def test_wires_save_fifos_where_nothing_waits(chip: Graph) -> None:
    bare = {d.name for d in size_fifos(chip, 3000) if d.depth == 0}
    assert len(bare) > 10
    assert not bare.intersection((chip.input, chip.output))
    for names in chip.joins.values():
        assert not bare.intersection(names)
    assert max(_row(chip, name, bare) for name in bare) == WIRES_MAX


def _row(chip: Graph, name: str, bare: set[str]) -> int:
    """Wires that follow one another from this one on, as far as ready passes through."""
    node, _ = chip.consumers[name]
    if node.op.registered:
        return 1
    return 1 + max((_row(chip, n, bare) for n in bare.intersection(node.outputs)), default=0)


def test_latencies_that_do_not_settle_are_an_error(chip: Graph, monkeypatch) -> None:
    monkeypatch.setattr("bitstream_flow.fifos.depths._ROUNDS_MAX", 1)
    with pytest.raises(InputError, match="at 3000 cycles per frame do not settle"):
        size_fifos(chip, 3000)
