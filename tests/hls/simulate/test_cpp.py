# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""C simulation itself: bounded streams, processes that wait, deadlocks, and what can be missing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hls.common.errors import SimulationError
from hls.graph.graph import unfolded
from hls.operators.fifo import Fifo
from hls.operators.int_mvu import IntMvu
from hls.operators.operator import Operator
from hls.operators.pad import Pad
from hls.operators.window import Window
from hls.operators.xnor_mvu import XnorMvu
from hls.simulate.cpp import CppDesign, CppSimulator, build, simulate_operator
from hls.simulate.cpp_text import operator_testbench
from hls.simulate.rtl import DeadlockError
from hls.streams.encoding import from_bytes, to_bytes
from hls.streams.tensor import Stream, TensorType
from tests.hls.operators.operator_check import needs_simulation, random_frames

pytestmark = needs_simulation
KIND = TensorType(2, 3, 4, 5)
# A fork whose first copy waits until all of the second has passed.
FORK = """\
#include "ends.hpp"
#include "process.hpp"
#include "stream_fork.hpp"
int main(int argc, char** argv) {{
  csim::read_options(argc, argv);
  hls::stream<ap_uint<5>, 1> in_0("in_0"), second("second"), out_0("out_0");
  hls::stream<ap_uint<5>, {depth}> first("first");
  csim::source(in_0, "source0.bin", 1);
  csim::sink(out_0, "sink0.bin", 24);
  PROCESS(operators::stream_fork<24, 5, 2>(in_0, first, second));
  PROCESS(for (int i = 0; i < 24; ++i) second.read();
          for (int i = 0; i < 24; ++i) out_0.write(first.read()));
  JOIN_PROCESSES
}}
"""


def fork_testbench(depth: int) -> CppSimulator:
    stream = (Stream(KIND, 1),)
    return build(CppDesign(FORK.format(depth=depth), stream, stream))


@pytest.fixture
def frames() -> np.ndarray:
    return random_frames(KIND, 1, np.random.default_rng(0))


def test_copies_do_not_wait_for_each_other(frames) -> None:
    """23 beats wait in the first stream, the last one in the fork itself."""
    run = fork_testbench(23).run([frames])
    np.testing.assert_array_equal(run.outputs[0], frames)
    assert next(fifo.max_fill for fifo in run.fifos if fifo.name == "first") == 23


def test_one_place_less_is_a_deadlock_with_the_names(frames) -> None:
    with pytest.raises(DeadlockError, match=r"full FIFOs: in_0, first; waited for: .*second"):
        fork_testbench(22).run([frames])


def test_a_stream_takes_just_its_depth(frames) -> None:
    run = simulate_operator(Fifo(KIND, depth=7), [frames])
    (state,) = run.fifos
    assert (state.name, state.depth, state.max_fill, state.fill) == ("in_0", 7, 7, 0)


def test_beats_left_over_are_an_error(frames) -> None:
    op = Pad(KIND, 0, 0, 0, 0)
    text = operator_testbench(op, {}).replace('"sink0.bin", 24', '"sink0.bin", 23')
    with pytest.raises(SimulationError, match="beats are left over in out_0"):
        build(CppDesign(text, op.inputs, op.outputs)).run([frames])


def test_cpp_that_does_not_compile_is_one_line() -> None:
    op = Pad(KIND, 0, 0, 0, 0)
    text = operator_testbench(op, {}, {"TOP": -1})
    with pytest.raises(SimulationError, match="TOP, LEFT, BOTTOM and RIGHT must not") as caught:
        build(CppDesign(text, op.inputs, op.outputs))
    assert "\n" not in str(caught.value)


def test_missing_headers_name_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(SimulationError, match=r"pip install --no-deps hls4ml==1\.3\.0"):
        fork_testbench(1)


def test_a_second_build_comes_from_the_cache(tmp_path: Path, monkeypatch) -> None:
    op = Fifo(KIND, depth=3)
    design = CppDesign(operator_testbench(op, {}), op.inputs, op.outputs)
    program = build(design, tmp_path).program
    monkeypatch.setattr("hls.simulate.cpp.run_compiler", None)
    assert build(design, tmp_path).program == program


@given(st.integers(1, 31), st.integers(1, 70), st.booleans(), st.integers(0, 99))
def test_bytes_and_back(bits: int, lanes: int, signed: bool, seed: int) -> None:
    kind = TensorType(1, 3, lanes, bits, signed)
    beats = Stream(kind, lanes).pack(random_frames(kind, 2, np.random.default_rng(seed)))
    octets = to_bytes(beats, bits)
    assert octets.shape == (6, -(-lanes * bits // 8))
    padded = np.pad(octets, ((0, 0), (0, 3)), constant_values=255)
    np.testing.assert_array_equal(from_bytes(padded, lanes, bits, signed), beats)


@st.composite
def operators(draw: st.DrawFn) -> Operator:
    """Windows and matrix units of any legal shape."""
    folds, lanes, kernel = (draw(st.integers(1, 3)) for _ in range(3))
    mmv, out = draw(st.sampled_from([1, 2, 3])), draw(st.sampled_from([1, 2, 6]))
    height, groups = draw(st.integers(kernel, 5)), draw(st.integers(1, 2))
    if draw(st.booleans()):
        width = groups * mmv + kernel - 1
        tensor = TensorType(height, width, folds * lanes, draw(st.integers(1, 9)))
        return Window(tensor, kernel, lanes=lanes, mmv=mmv)
    tensor = TensorType(height, groups * mmv, 2 * folds * lanes * 3, 1)
    if draw(st.booleans()):
        return IntMvu(tensor, out, 4, 16, pe=out, simd=lanes)
    return XnorMvu(tensor, out * 2, pe=out, simd=lanes * 3, mmv=3 if mmv == 3 else 1)


@settings(max_examples=10, derandomize=True, deadline=None)
@given(operators(), st.integers(0, 99))
def test_any_shape(op: Operator, seed: int) -> None:
    random = np.random.default_rng(seed)
    constants = op.random_constants(random)
    images = random_frames(op.inputs[0].tensor, 3, random)
    run = simulate_operator(op, [images], constants)
    expected = unfolded(op).reference(images, constants=constants)
    np.testing.assert_array_equal(run.outputs[0], expected[0])
