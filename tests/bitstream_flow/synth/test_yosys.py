# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Reading Yosys' statistics, and mapping one small operator for real."""

from __future__ import annotations

import pytest

from bitstream_flow.fifos.depths import Depth, chip_of
from bitstream_flow.synth.yosys import Unit, map_units, parse_statistics, units
from hls.common.errors import InputError
from hls.operators.fifo import Fifo
from hls.operators.resources import Resources
from hls.streams.tensor import TensorType
from tests.networks import Builder

TEXT = """
=== fifo$batch.u0 ===

       58 cells
        8   FDRE
        3   LUT6
        3   RAM64M
        1   RAMB18E1

   Estimated number of LCs:          6

=== other ===

   Estimated number of LCs:          99
"""


def test_statistics_count_memories_as_luts() -> None:
    found = parse_statistics(TEXT, "fifo$batch.u0")
    assert found == Resources(lut=6 + 12, ff=8, bram36=0.5, dsp=0)


def test_a_changed_format_is_said() -> None:
    with pytest.raises(InputError, match="format has changed"):
        parse_statistics(TEXT, "missing")


def test_map_and_resume(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("LANDMARK_CACHE", str(tmp_path))
    net = Builder(4, 4, 2, bits=4, signed=True)
    graph = net.graph(net.threshold("image", 1, name="sign"))
    wanted = units(
        chip_of(graph, [Depth(name, 2, 2, s.width_bits) for name, s in graph.streams.items()])
    )
    mapped = map_units(wanted, "xc7")
    assert set(mapped) == {"sign.op", "image (fifo)", "sign (fifo)"}
    assert all(0 < resources.lut < 100 for resources in mapped.values())
    monkeypatch.setattr("bitstream_flow.synth.yosys._map_batch", None)
    assert map_units(wanted, "xc7") == mapped


@pytest.mark.parametrize("depth", [900, 5000])
def test_a_fifo_in_ultra_ram_takes_what_was_predicted(tmp_path, monkeypatch, depth: int) -> None:
    monkeypatch.setenv("LANDMARK_CACHE", str(tmp_path))
    fifo = Fifo(TensorType(64, 64, 16, 4, signed=True), lanes=16, depth=depth, ultra_ram=1)
    (found,) = map_units([Unit("fifo", fifo, ())], "xcup").values()
    assert found.uram == fifo.resources().uram == (1 if depth == 900 else 2)
    assert found.bram36 == fifo.resources().bram36 == 0
    assert abs(found.lut - fifo.resources().lut) < 10
