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
from hls.streams.landmarks import REACH, STEPS, WEIGHTS, DecoderSettings, decode, to_image
from hls.streams.tensor import TensorType, bits_for
from tests.hls.operators.lint import check_clean, check_refused
from tests.hls.operators.operator_check import check_operator, needs_simulation


def _op(kind: TensorType, lanes: int = 1, floor: int = 0, shift: int = 0) -> LandmarkDecode:
    return LandmarkDecode(kind, floor, shift, lanes)


# Few bits make ties and plateaus; small maps are quicker to send than their landmarks to divide.
CASES = [
    _op(TensorType(5, 6, 6, 3, signed=True), lanes=2),
    _op(TensorType(12, 11, 2, 9, signed=True), floor=20, shift=2),
    _op(TensorType(4, 5, 5, 2, signed=True), floor=-1),
    _op(TensorType(3, 3, 3, 32, signed=True), lanes=3, floor=-(1 << 30), shift=24),
    _op(TensorType(9, 1, 2, 4), lanes=2, floor=-3),
    _op(TensorType(1, 19, 4, 1), lanes=2, floor=1),
    _op(TensorType(1, 1, 6, 5, signed=True), lanes=2),
    _op(TensorType(1, 1, 4, 1), lanes=4, floor=2),
    _op(TensorType(1, 1, 1, 5, signed=True)),
    _op(TensorType(1, 1, 2, 5, signed=True), floor=-99, shift=1),
]


def _walk(heatmap: np.ndarray, settings: DecoderSettings) -> tuple[int, int, int]:
    """x, y and score of one heatmap, cell by cell: the definition."""
    peak, peak_x, peak_y = None, 0, 0
    total = sum_x = sum_y = 0
    for (y, x), cell in np.ndenumerate(heatmap):
        v = int(cell)
        new = peak is None or v > peak
        near = peak is not None and abs(x - peak_x) <= REACH and abs(y - peak_y) <= REACH
        if new and not near:
            total = sum_x = sum_y = 0
        if new:
            peak, peak_x, peak_y = v, x, y
        if new or near:
            above = v - settings.floor
            weight = WEIGHTS[min(above >> settings.shift, 63)] if above >= 0 else 0
            total, sum_x, sum_y = total + weight, sum_x + weight * x, sum_y + weight * y
    assert peak is not None
    if not total:
        return STEPS * peak_x, STEPS * peak_y, peak
    return *((STEPS * sums + total // 2) // total for sums in (sum_x, sum_y)), peak


def _check_decode(heatmaps: np.ndarray, settings: DecoderSettings) -> None:
    positions, scores = decode(heatmaps, settings)
    assert positions.dtype == scores.dtype == np.int32
    for n, k in np.ndindex(scores.shape):
        wanted = _walk(heatmaps[n, :, :, k], settings)
        assert (*positions[n, k], scores[n, k]) == wanted, (n, k)


@given(
    st.tuples(*map(st.integers, (1, 1, 1, 1), (2, 14, 14, 3))), st.integers(1, 99),
    st.integers(-120, 120), st.integers(0, 5), st.integers(0, 99),
)  # fmt: skip
def test_decode_is_the_walk(
    shape: tuple[int, int, int, int], high: int, floor: int, shift: int, seed: int
) -> None:
    """Ties, plateaus and borders; floors above all, below all and between; several blobs."""
    random = np.random.default_rng(seed)
    heatmaps = random.integers(-high, high + 1, shape).astype(random.choice([np.int8, np.int32]))
    _check_decode(heatmaps, DecoderSettings(floor, shift))


@given(st.integers(0, 999), st.integers(1, 4), st.integers(-40, 40), st.integers(0, 6))
def test_decode_of_blobs_is_the_walk(seed: int, blobs: int, floor: int, shift: int) -> None:
    random = np.random.default_rng(seed)
    y, x = np.mgrid[:20, :24]
    heatmap = random.integers(-30, 10, (20, 24))
    for _ in range(blobs):
        distance = np.hypot(y - random.uniform(0, 19), x - random.uniform(0, 23))
        heatmap = np.maximum(heatmap, (random.uniform(20, 999) / (1 + distance)).astype(int))
    _check_decode(heatmap[None, :, :, None], DecoderSettings(floor, shift))


@pytest.mark.parametrize(
    ("line", "position"),
    [
        # Weights 1, 4, 8, 1 and 0: (4 + 16 + 3) / 14.
        ([0, 16, 24, 0, -1], 105),
        # The second blob is the higher one, and too far to add to the first.
        ([63, 0, -1, -1, -1, 71, 63], 64 * (5 * 235 + 6 * 235) / 470),
        ([63, 0, -1, -1, 71, 63], 64 * (1 + 4 * 235 + 5 * 235) / 706),
        # The first cell is out of the last peak's reach, but has counted with the one between.
        ([8, 16, -1, -1, -1, 24], 64 * (2 * 0 + 4 * 1 + 8 * 5) / 14),
        ([-7, -3, -5], 64),
    ],
)
def test_positions_by_hand(line: list[int], position: float) -> None:
    heatmap = np.array(line, np.int16)
    settings = DecoderSettings(0, 0)
    assert decode(heatmap.reshape(1, 1, -1, 1), settings)[0].tolist() == [[[round(position), 0]]]
    assert decode(heatmap.reshape(1, -1, 1, 1), settings)[0].tolist() == [[[0, round(position)]]]


def test_small_integer_types_do_not_overflow() -> None:
    heatmap = np.array([-128, 127, 127], np.int8).reshape(1, 1, 3, 1)
    assert decode(heatmap, DecoderSettings(-100, 2))[0].tolist() == [[[96, 0]]]
    assert decode(heatmap, DecoderSettings(-1000, 4))[0].tolist() == [[[78, 0]]]
    assert decode(heatmap, DecoderSettings(1000, 0))[0].tolist() == [[[64, 0]]]
    extremes = np.array([-(1 << 31), (1 << 31) - 1], np.int32).reshape(1, 1, 2, 1)
    assert decode(extremes, DecoderSettings(1 - (1 << 31), 24))[0].tolist() == [[[64, 0]]]


def test_no_frames_and_no_landmarks() -> None:
    for shape in ((0, 4, 4, 3), (2, 4, 4, 0)):
        positions, scores = decode(np.zeros(shape, np.int32), DecoderSettings(0, 0))
        assert positions.shape == (shape[0], shape[3], 2) and scores.shape == (shape[0], shape[3])


@pytest.mark.parametrize(("floor", "shift"), [(1 << 31, 0), (-(1 << 31), 0), (0, -1), (0, 25)])
def test_settings_that_no_decoder_has(floor: int, shift: int) -> None:
    with pytest.raises(InputError, match=r"landmark decoder: (floor|shift)"):
        DecoderSettings(floor, shift)
    with pytest.raises(InputError, match="landmark decoder"):
        _op(TensorType(4, 4, 6, 4), floor=floor, shift=shift)


def test_heatmap_cells_are_centred_on_blocks_of_image_pixels() -> None:
    assert to_image(np.array([[0, 64]]), 4).tolist() == [[1.5, 5.5]]
    assert to_image(np.array([[16, -16]]), 1).tolist() == [[0.25, -0.25]]


@needs_simulation
@pytest.mark.parametrize("op", CASES, ids=str)
def test_rtl_equals_the_reference(op: LandmarkDecode) -> None:
    """Several frames back to back, at exactly one beat per cycle."""
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
    op = _op(TensorType(height, width, channels, bits, signed=True), lanes, floor=bits - 2)
    frames = every_map(height, width, bits, channels)
    run = simulate_operator(op, [frames])
    np.testing.assert_array_equal(run.outputs[0], op.reference(frames)[0])


@st.composite
def operators(draw: st.DrawFn) -> LandmarkDecode:
    height, width, channels, bits = (draw(st.integers(1, high)) for high in (9, 9, 6, 10))
    kind = TensorType(height, width, channels, bits, draw(st.booleans()))
    lanes = draw(st.sampled_from([d for d in range(1, channels + 1) if channels % d == 0]))
    floor = draw(st.integers(kind.low - 20, kind.high + 2))
    return _op(kind, lanes, floor, draw(st.integers(0, 5)))


@needs_simulation
@settings(max_examples=8, derandomize=True, deadline=None)
@given(operators(), st.integers(0, 99))
def test_rtl_of_any_shape(op: LandmarkDecode, seed: int) -> None:
    check_operator(op, frames=4, seed=seed, slack=0)


@needs_simulation
def test_the_next_frame_comes_in_while_landmarks_wait() -> None:
    """With a slow sink, all but what has no place yet is taken: the bound is `room`, and tight."""
    op = _op(TensorType(4, 4, 12, 4, signed=True), lanes=3)
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
    positions, scores = decode(heatmaps, op.settings)
    np.testing.assert_array_equal(result[:, 0, :, :2], positions)
    np.testing.assert_array_equal(result[:, 0, :, 2], scores)
    farthest = STEPS * (max(kind.height, kind.width) - 1)
    assert (out.bits, out.signed) == bits_for(kind.low, max(kind.high, farthest))


def test_an_output_beat_is_a_landmark() -> None:
    op = _op(TensorType(16, 12, 68, 5, signed=True), lanes=4)
    (out,) = op.outputs
    assert (out.tensor.shape, out.lanes, out.beats) == ((1, 68, 3), 3, 68)
    # A coordinate of 4 bits takes 4 + 6 + 1 cycles.
    assert op.spacing() == 1 + 2 * 11 and op.cycles == 16 * 12 * 17
    assert replace(op, lanes=68).cycles == 68 * op.spacing()
    assert replace(op, tensor=TensorType(1, 2, 68, 5), lanes=68).cycles == 68 * 17


def test_illegal_parameters() -> None:
    with pytest.raises(InputError, match="do not divide"):
        _op(TensorType(4, 4, 6, 4), lanes=4)


@needs_simulation
@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"LANES": 4}, "divide CHANNELS"),
        ({"SHIFT": 25}, "SHIFT must be 0 to 24"),
        ({"STEPS": 48}, "STEPS must be a power of two"),
        ({"OUT_BITS": 9}, "hold scores and coordinates"),
        ({"OUT_BITS": 10, "BITS": 11}, "hold scores and coordinates"),
    ],
)
def test_rtl_refuses(change: dict[str, int], message: str) -> None:
    check_refused(CASES[0], change, message)
