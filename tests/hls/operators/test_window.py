# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hls.common.errors import InputError
from hls.operators.window import Window
from hls.streams.tensor import TensorType
from tests.hls.operators.lint import check_clean, check_refused
from tests.hls.operators.operator_check import check_operator, needs_simulation

CASES = [
    Window(TensorType(7, 5, 6, 2, signed=True), kernel=3, lanes=3),
    Window(TensorType(9, 8, 3, 8), kernel=3, stride=2, lanes=3),
    Window(TensorType(5, 6, 4, 1), kernel=1, stride=2, lanes=2),
    Window(TensorType(3, 3, 1, 1), kernel=3),
    Window(TensorType(4, 5, 6, 1), 3, 1, 1, 1, 1, 1, lanes=3),
    Window(TensorType(6, 7, 2, 4, signed=True), 3, 2, 1, 1, 1, 1, value=-5),
    Window(TensorType(6, 8, 3, 8), 3, 2, 0, 1, 1, 1, value=255, lanes=3),
    Window(TensorType(1, 1, 4, 1), 3, 1, 1, 1, 1, 1, lanes=2),
    Window(TensorType(2, 1, 2, 3), 4, 1, 0, 2, 3, 1, value=6, lanes=2),
    Window(TensorType(5, 2, 1, 1), 5, 3, 2, 2, 2, 2, value=1),
    Window(TensorType(4, 4, 2, 2), 2, 1, 0, 1, 0, 0, value=1),
    Window(TensorType(4, 6, 4, 1), 3, 1, 1, 1, 1, 1, lanes=2, mmv=2),
    Window(TensorType(5, 4, 2, 1), 3, 1, 1, 1, 1, 1, value=1, mmv=4),
    Window(TensorType(7, 9, 3, 2), 3, 2, 0, 0, 1, 1, lanes=3, mmv=2),
    Window(TensorType(2, 2, 3, 1), 3, 1, 1, 1, 1, 1, mmv=2),
]


@needs_simulation
@pytest.mark.parametrize("op", CASES, ids=str)
def test_rtl_equals_the_reference(op: Window) -> None:
    check_clean(op)
    check_operator(op)


@st.composite
def windows(draw: st.DrawFn) -> Window:
    kernel = draw(st.integers(1, 4))
    (top, bottom), (left, right) = (_borders(draw, kernel) for _ in range(2))
    least = (max(1, kernel - top - bottom), max(1, kernel - left - right))
    height, width = (draw(st.integers(size, size + 5)) for size in least)
    folds, lanes = draw(st.integers(1, 3)), draw(st.integers(1, 2))
    tensor = TensorType(height, width, folds * lanes, 16)
    stride = draw(st.integers(1, 4))
    return Window(tensor, kernel, stride, top, left, bottom, right, 7, lanes)


def _borders(draw: st.DrawFn, kernel: int) -> tuple[int, int]:
    before = draw(st.integers(0, kernel - 1))
    return before, draw(st.integers(0, kernel - 1 - before))


@given(windows())
def test_reference_is_the_patch_of_each_place(op: Window) -> None:
    image = np.arange(op.inputs[0].beats * op.lanes, dtype=np.int32).reshape(1, *op.tensor.shape)
    (out,) = op.reference(image)
    y, x = out.shape[1] - 1, out.shape[2] // 2
    ky, kx, channel = op.kernel - 1, op.kernel // 2, op.tensor.channels - 1
    index = (ky * op.kernel + kx) * op.tensor.channels + channel
    row, column = y * op.stride + ky - op.top, x * op.stride + kx - op.left
    inside = 0 <= row < op.tensor.height and 0 <= column < op.tensor.width
    expected = image[0, row, column, channel] if inside else 7
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
    top, left = y * op.stride - op.top, x * op.stride - op.left
    corner = (top * op.tensor.width + left) * folds
    one = corner.repeat(op.kernel * op.kernel * folds)
    return np.concatenate([one + f * op.inputs[0].beats for f in range(4)])


def test_illegal_parameters() -> None:
    tensor = TensorType(4, 5, 6, 1)
    with pytest.raises(InputError, match="does not fit"):
        Window(tensor, kernel=5)
    with pytest.raises(InputError, match="together must be narrower than the kernel"):
        Window(tensor, 3, top=1, bottom=2)
    with pytest.raises(InputError, match=r"value 2 is outside 0\.\.1"):
        Window(tensor, 3, top=1, value=2)
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
        ({"TOP": 2, "BOTTOM": 1}, "narrower than KERNEL"),
    ],
)
def test_rtl_refuses(change: dict[str, int], message: str) -> None:
    check_refused(CASES[0], change, message)
