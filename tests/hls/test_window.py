# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hls.errors import InputError
from hls.tensor import TensorType
from hls.window import Window
from tests.hls.lint import check_clean, check_refused
from tests.hls.operator_check import check_operator, needs_simulation

CASES = [
    Window(TensorType(7, 5, 6, 2, signed=True), kernel=3, lanes=3),
    Window(TensorType(9, 8, 3, 8), kernel=3, stride=2, lanes=3),
    Window(TensorType(5, 6, 4, 1), kernel=1, stride=2, lanes=2),
    Window(TensorType(3, 3, 1, 1), kernel=3),
]


@needs_simulation
@pytest.mark.parametrize("op", CASES, ids=str)
def test_rtl_equals_the_reference(op: Window) -> None:
    check_clean(op)
    check_operator(op)


@st.composite
def windows(draw: st.DrawFn) -> Window:
    kernel = draw(st.integers(1, 4))
    height, width = (draw(st.integers(kernel, kernel + 5)) for _ in range(2))
    folds, lanes = draw(st.integers(1, 3)), draw(st.integers(1, 2))
    tensor = TensorType(height, width, folds * lanes, 16)
    return Window(tensor, kernel, draw(st.integers(1, 4)), lanes)


@given(windows())
def test_reference_is_the_patch_of_each_place(op: Window) -> None:
    image = np.arange(op.inputs[0].beats * op.lanes, dtype=np.int32).reshape(1, *op.tensor.shape)
    (out,) = op.reference(image)
    y, x = out.shape[1] - 1, out.shape[2] // 2
    ky, kx, channel = op.kernel - 1, op.kernel // 2, op.tensor.channels - 1
    index = (ky * op.kernel + kx) * op.tensor.channels + channel
    expected = image[0, y * op.stride + ky, x * op.stride + kx, channel]
    assert out.shape[1:] == op.outputs[0].tensor.shape
    assert out[0, y, x, index] == expected


@given(windows())
def test_buffer_never_holds_back_a_frame(op: Window) -> None:
    """A beat-by-beat model of replay_buffer.sv takes `cycles` a frame, two frames apart."""
    needs = np.concatenate([op.needs()[:, 0] + f * op.inputs[0].beats for f in range(4)])
    first_need = _beats_freed(op)
    written = sent = cycle = 0
    ends = []
    while sent < len(needs):
        room = written - first_need[sent] < op.depth - 2
        ready = needs[sent] <= written
        written += room
        sent += ready
        cycle += 1
        if ready and sent % op.outputs[0].beats == 0:
            ends.append(cycle)
    assert ends[3] - ends[2] == op.cycles


def _beats_freed(op: Window) -> np.ndarray:
    """Beats of the stream that nobody needs any more when each beat of four frames leaves."""
    out, folds = op.outputs[0].tensor, op.inputs[0].beats_per_pixel
    y, x = np.divmod(np.arange(out.pixels), out.width)
    corner = (y * op.tensor.width + x) * op.stride * folds
    one = corner.repeat(op.kernel * op.kernel * folds)
    return np.concatenate([one + f * op.inputs[0].beats for f in range(4)])


def test_illegal_parameters() -> None:
    tensor = TensorType(4, 5, 6, 1)
    with pytest.raises(InputError, match="does not fit"):
        Window(tensor, kernel=5)
    with pytest.raises(InputError, match="stride 0"):
        Window(tensor, kernel=3, stride=0)
    with pytest.raises(InputError, match="do not divide"):
        Window(tensor, kernel=3, lanes=4)


@needs_simulation
@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"LANES": 4}, "divide CHANNELS"),
        ({"KERNEL": 8}, "KERNEL must fit"),
        ({"DEPTH": 9}, "DEPTH"),
    ],
)
def test_rtl_refuses(change: dict[str, int], message: str) -> None:
    check_refused(CASES[0], change, message)
