# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""The generated HLS C++ of a chip in C simulation: every stream right, a FIFO too small named."""

from __future__ import annotations

import re
import time
from contextlib import suppress
from dataclasses import replace

import numpy as np
import pytest

from bitstream_flow.fifos.depths import chip_of, size_fifos
from bitstream_flow.generate.cpp import generate_hls, hls_texts
from bitstream_flow.plan.converters import absorb_borders, insert_converters
from bitstream_flow.plan.folding import Target, fold
from bitstream_flow.verify.hls_cpp import HlsCpp
from hls.common.compiler import compiler, run_compiler
from hls.common.errors import InputError
from hls.graph.chip import Chip
from hls.graph.decoder import end_with_decoder
from hls.graph.graph import Graph
from hls.graph.reference import run_reference
from hls.operators.operator import Operator
from hls.operators.window import Window
from hls.operators.xnor_mvu import XnorMvu
from hls.simulate.cpp import CSIM, FLAGS, includes_of, open_headers
from tests.hls.operators.operator_check import needs_simulation
from tests.networks import DECODER, tiny_hourglass

FRAMES = 4
SKIP = "stem.quant.0"


@pytest.fixture(scope="module")
def logical() -> Graph:
    return end_with_decoder(tiny_hourglass(), DECODER)


@pytest.fixture(scope="module")
def chip(logical: Graph) -> Chip:
    graph = insert_converters(_with_mmv(fold(absorb_borders(logical), Target(1500))))
    return chip_of(graph, size_fifos(graph, graph.interval))


@pytest.fixture(scope="module")
def images(logical: Graph) -> np.ndarray:
    shape = (FRAMES, *logical.tensors["image"].shape)
    return np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)


def _with_mmv(graph: Graph) -> Graph:
    """Two pixels per weight word wherever that is legal."""
    ops: dict[str, Operator] = {}
    for node in graph.nodes:
        before = graph.producers.get(node.inputs[0], (node, 0))[0]
        if isinstance(node.op, XnorMvu) and isinstance(before.op, Window):
            with suppress(InputError):
                unit = replace(node.op, mmv=2)
                ops |= {before.name: replace(before.op, lanes=unit.simd, mmv=2), node.name: unit}
    assert len(ops) >= 4
    return graph.with_ops(ops)


@needs_simulation
def test_every_stream_is_right_and_frames_follow_at_once(logical, chip, images) -> None:
    expected = run_reference(logical, images)
    found = HlsCpp(chip).tensors(images)
    assert set(found) == set(chip.edges)
    common = set(found) & set(expected)
    assert len(common) > 40 and "landmarks" in common
    for name in common:
        np.testing.assert_array_equal(found[name], expected[name], name)


@needs_simulation
def test_no_stream_holds_more_than_its_depth(chip, images) -> None:
    run = HlsCpp(chip).run(images)
    states = {state.name: state for state in run.fifos}
    assert {"s_axis", "m_axis"} | set(chip.fifos) == set(states)
    assert all(states[name].depth == (fifo.depth or 2) for name, fifo in chip.fifos.items())
    assert all(state.fill == 0 and 0 < state.max_fill <= state.depth for state in run.fifos)


@needs_simulation
def test_a_skip_too_short_is_named_within_seconds(chip, images) -> None:
    short = replace(chip.fifos[SKIP], depth=3)
    simulator = HlsCpp(replace(chip, fifos={**chip.fifos, SKIP: short}))
    start = time.monotonic()
    with pytest.raises(InputError, match=rf"FIFO {re.escape(SKIP)} \(depth 3\) is full"):
        simulator.run(images)
    assert time.monotonic() - start < 10


def test_the_text_is_what_vitis_hls_wants(chip, tmp_path) -> None:
    files = {path.name: path for path in generate_hls(chip, tmp_path)}
    text = files["dataflow.cpp"].read_text()
    assert {name: files[name].read_text() for name in hls_texts(chip)} == hls_texts(chip)
    for pragma in ("INTERFACE axis port=s_axis", "ap_ctrl_none port=return", "HLS DATAFLOW"):
        assert pragma in text
    streams = dict(re.findall(r"HLS STREAM variable=fifo_(\S+) depth=(\d+)", text))
    names = {re.sub(r"\W", "_", name): fifo.depth or 2 for name, fifo in chip.fifos.items()}
    assert {name: int(depth) for name, depth in streams.items()} == names
    assert len(re.findall(r"PROCESS\(", text)) == len(chip.graph.nodes) + 2
    included = set(re.findall(r'#include "(\S+)"', "".join(p.read_text() for p in files.values())))
    assert included == set(files) - {"dataflow.cpp"}


@needs_simulation
def test_it_compiles_as_the_plain_calls_that_vitis_hls_sees(chip, tmp_path) -> None:
    generate_hls(chip, tmp_path)
    plain = "#include <hls_stream.h>\n#undef PROCESS\n#undef JOIN_PROCESSES\n"
    (tmp_path / "plain.cpp").write_text(plain + '#include "dataflow.cpp"\n')
    includes = includes_of(CSIM, open_headers(), tmp_path)
    run_compiler(compiler(), [*FLAGS, *includes, "-fsyntax-only", str(tmp_path / "plain.cpp")])
