# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""The landmark decoder against one that searches pixel by pixel, and its RTL against it."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hls.common.errors import InputError
from hls.operators.landmark_decode import LandmarkDecode
from hls.simulate.rtl import simulate_operator
from hls.streams.landmarks import decode, to_image
from hls.streams.tensor import TensorType, bits_for
from tests.hls.operators.lint import check_clean, check_refused
from tests.hls.operators.operator_check import check_operator, needs_simulation

# Few bits make ties and plateaus; with fewer pixels than lanes the results hold the input up.
CASES = [
    LandmarkDecode(TensorType(5, 6, 6, 3, signed=True), lanes=2),
    LandmarkDecode(TensorType(4, 5, 5, 2, signed=True)),
    LandmarkDecode(TensorType(3, 3, 3, 32, signed=True), lanes=3),
    LandmarkDecode(TensorType(9, 1, 2, 4), lanes=2),
    LandmarkDecode(TensorType(1, 9, 4, 1), lanes=2),
    LandmarkDecode(TensorType(1, 1, 6, 5, signed=True), lanes=2),
    LandmarkDecode(TensorType(1, 1, 4, 1), lanes=4),
    LandmarkDecode(TensorType(1, 1, 1, 5, signed=True)),
    LandmarkDecode(TensorType(1, 1, 2, 5, signed=True)),
]


def _search(heatmap: np.ndarray) -> tuple[int, int, int]:
    height, width = heatmap.shape
    best, at = None, (0, 0)
    for y in range(height):
        for x in range(width):
            if best is None or heatmap[y, x] > best:
                best, at = int(heatmap[y, x]), (y, x)
    y, x = at

    def step(before: int, after: int) -> int:
        return (after > before) - (after < before)

    dx = step(int(heatmap[y, x - 1]), int(heatmap[y, x + 1])) if 0 < x < width - 1 else 0
    dy = step(int(heatmap[y - 1, x]), int(heatmap[y + 1, x])) if 0 < y < height - 1 else 0
    return 4 * x + dx, 4 * y + dy, best or 0


@given(
    st.integers(1, 5), st.integers(1, 5), st.integers(1, 3), st.integers(1, 9), st.integers(0, 99)
)
def test_against_a_search(height: int, width: int, points: int, high: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    heatmaps = random.integers(-high, high + 1, (2, height, width, points)).astype(np.int32)
    quarter, scores = decode(heatmaps)
    assert quarter.dtype == scores.dtype == np.int32
    for n in range(2):
        for k in range(points):
            x, y, score = _search(heatmaps[n, :, :, k])
            assert (*quarter[n, k], scores[n, k]) == (x, y, score)


def test_small_integer_types_do_not_overflow() -> None:
    heatmap = np.array([-128, 127, 127], np.int8).reshape(1, 1, 3, 1)
    assert decode(heatmap)[0].tolist() == [[[5, 0]]]


def test_heatmap_pixels_are_centred_on_blocks_of_image_pixels() -> None:
    assert to_image(np.array([[0, 4]]), 4).tolist() == [[1.5, 5.5]]
    assert to_image(np.array([[1, -1]]), 1).tolist() == [[0.25, -0.25]]


@needs_simulation
@pytest.mark.parametrize("op", CASES, ids=str)
def test_rtl_equals_the_reference(op: LandmarkDecode) -> None:
    """Several frames back to back, at exactly one beat a cycle."""
    check_clean(op)
    check_operator(op, frames=5, slack=0)


def every_map(height: int, width: int, bits: int, channels: int) -> np.ndarray:
    """All maps of such values, one a frame, in another order in each channel."""
    values = range(-(1 << (bits - 1)), 1 << (bits - 1))
    maps = np.array(list(product(values, repeat=height * width)), np.int32)
    random = np.random.default_rng(height * width)
    frames = np.stack([random.permutation(maps) for _ in range(channels)], axis=2)
    return frames.reshape(-1, height, width, channels)


@needs_simulation
@pytest.mark.parametrize(
    ("height", "width", "bits", "channels", "lanes"),
    [(3, 3, 1, 2, 1), (3, 3, 1, 2, 2), (2, 2, 2, 1, 1), (1, 5, 2, 2, 1), (5, 1, 2, 2, 2)],
)
def test_rtl_decodes_every_small_map(
    height: int, width: int, bits: int, channels: int, lanes: int
) -> None:
    """All ties, plateaus and places of the maximum that there are."""
    op = LandmarkDecode(TensorType(height, width, channels, bits, signed=True), lanes=lanes)
    frames = every_map(height, width, bits, channels)
    run = simulate_operator(op, [frames])
    np.testing.assert_array_equal(run.outputs[0], op.reference(frames)[0])


@st.composite
def operators(draw: st.DrawFn) -> LandmarkDecode:
    height, width, channels, bits = (draw(st.integers(1, high)) for high in (6, 6, 6, 6))
    kind = TensorType(height, width, channels, bits, draw(st.booleans()))
    lanes = draw(st.sampled_from([d for d in range(1, channels + 1) if channels % d == 0]))
    return LandmarkDecode(kind, lanes=lanes)


@needs_simulation
@settings(max_examples=8, derandomize=True, deadline=None)
@given(operators(), st.integers(0, 99))
def test_rtl_of_any_shape(op: LandmarkDecode, seed: int) -> None:
    check_operator(op, frames=4, seed=seed, slack=0)


@needs_simulation
def test_the_next_frame_comes_in_while_landmarks_wait() -> None:
    """With a slow sink, all but what has no place yet is taken: the bound is `room`, and tight."""
    op = LandmarkDecode(TensorType(4, 4, 12, 4, signed=True), lanes=3)
    frames = np.zeros((6, *op.tensor.shape), np.int32)
    run = simulate_operator(op, [frames], stall=(0.0, 0.985), seed=2)
    taken = np.searchsorted(run.input_cycles[0][:, -1], run.output_cycles[0].ravel(), side="right")
    ahead = taken.reshape(6, -1) - op.inputs[0].beats * np.arange(6)[:, None]
    # A word leaves the queue a landmark early, while the last one before it waits at the output.
    assert (ahead[1:4] >= op.room()).all() and (ahead[1:4, :6] <= op.room()[:6] + 1).all()


@given(operators(), st.integers(0, 99))
def test_reference_is_decode_and_fits_its_type(op: LandmarkDecode, seed: int) -> None:
    kind, out = op.tensor, op.outputs[0].tensor
    heatmaps = np.random.default_rng(seed).integers(kind.low, kind.high + 1, (3, *kind.shape))
    heatmaps[0, -1, -1], heatmaps[1, 0, 0] = kind.high, kind.low
    (result,) = op.reference(heatmaps.astype(np.int32))
    out.check(result)
    quarter, scores = decode(heatmaps)
    np.testing.assert_array_equal(result[:, 0, :, :2], quarter)
    np.testing.assert_array_equal(result[:, 0, :, 2], scores)
    farthest = 4 * (max(kind.height, kind.width) - 1)
    assert (out.bits, out.signed) == bits_for(kind.low, max(kind.high, farthest))


def test_an_output_beat_is_a_landmark() -> None:
    op = LandmarkDecode(TensorType(16, 12, 68, 5, signed=True), lanes=4)
    (out,) = op.outputs
    assert (out.tensor.shape, out.lanes, out.beats) == ((1, 68, 3), 3, 68)
    assert op.cycles == 16 * 12 * 17
    assert replace(op, tensor=TensorType(1, 2, 68, 5), lanes=68).cycles == 68


def test_illegal_parameters() -> None:
    with pytest.raises(InputError, match="do not divide"):
        LandmarkDecode(TensorType(4, 4, 6, 4), lanes=4)


@needs_simulation
@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"LANES": 4}, "divide CHANNELS"),
        ({"OUT_BITS": 5}, "hold scores and coordinates"),
        ({"OUT_BITS": 6, "BITS": 7}, "hold scores and coordinates"),
    ],
)
def test_rtl_refuses(change: dict[str, int], message: str) -> None:
    check_refused(CASES[0], change, message)
