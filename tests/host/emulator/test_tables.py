# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Thresholds as lines, and two in a row as one: exact on every integer, or not taken."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from host.emulator.arena import place
from host.emulator.records import runs
from host.emulator.tables import Line, ThresholdTable, line_of


def apply(steps: ThresholdTable, values: np.ndarray) -> np.ndarray:
    """Results (values, C) of every channel on all values."""
    compared = np.where(steps.flip, ~values[:, None], values[:, None])
    reached = [
        np.searchsorted(np.sort(table), column, side="right")
        for table, column in zip(steps.thresholds, compared.T, strict=True)
    ]
    return np.stack(reached, axis=1) + steps.low


def draw(line: Line, values: np.ndarray) -> np.ndarray:
    sums = values[:, None] * line.gain + line.offset
    assert np.abs(sums).max() < 1 << 31
    return (sums >> line.shift).clip(line.low, line.high)


def straight(
    rng: np.random.Generator, channels: int, bits: int, value_range: tuple[int, int]
) -> ThresholdTable:
    """What a BatchNorm and a quantiser become: thresholds clipped to just beyond the range."""
    gain = 1 / rng.uniform(0.2, (value_range[1] - value_range[0]) / 8, channels)
    middle = rng.uniform(*value_range, channels)
    level = np.arange(1, 1 << bits) - (1 << (bits - 1)) - 0.5
    table = np.ceil(level / gain[:, None] + middle[:, None]).astype(np.int64)
    flip = rng.integers(0, 2, channels).astype(bool)
    # ~x >= ~t is x <= t.
    first = value_range[0] - flip[:, None]
    table = table.clip(first, first + value_range[1] - value_range[0] + 1)
    return ThresholdTable(
        np.where(flip[:, None], np.sort(~table, axis=1), table), flip, -(1 << (bits - 1))
    )


@settings(max_examples=100, deadline=None)
@given(
    st.integers(0, 1 << 30), st.sampled_from([2, 4, 8]),
    st.sampled_from([(0, 27), (0, 864), (-700, 60_000), (-8, 7)]),
)  # fmt: skip
def test_lines_where_thresholds_are_straight(
    seed: int, bits: int, value_range: tuple[int, int]
) -> None:
    steps = straight(np.random.default_rng(seed), 20, bits, value_range)
    values = np.arange(value_range[0], value_range[1] + 1)
    line, exact = line_of(steps, value_range)
    # Steep lines over a wide range need more than 32 bits.
    assert exact.mean() >= (0.9 if value_range[1] < 1000 else 0) and line.fits(value_range)
    equal = (draw(line, values) == apply(steps, values)).all(axis=0)
    assert equal[exact].all()


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 1 << 30), st.integers(1, 4))
def test_what_is_bent_is_not_taken(seed: int, bits: int) -> None:
    rng = np.random.default_rng(seed)
    table = np.sort(rng.integers(-5, 70, (30, 2**bits - 1)), axis=1)
    steps = ThresholdTable(table, rng.integers(0, 2, 30).astype(bool), 0)
    values = np.arange(0, 65)
    line, exact = line_of(steps, (0, 64))
    equal = (draw(line, values) == apply(steps, values)).all(axis=0)
    assert equal[exact].all()


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 1 << 30), st.integers(1, 4), st.integers(-8, 8))
def test_two_in_a_row_are_one(seed: int, bits: int, low: int) -> None:
    rng = np.random.default_rng(seed)
    first, second = (
        ThresholdTable(
            np.sort(rng.integers(*ends, (40, count)), axis=1), rng.integers(0, 2, 40) > 0, base
        )
        for ends, count, base in (((-20, 20), 2**bits - 1, low), ((low - 3, low + 19), 1, 0))
    )
    values = np.arange(-25, 26)
    middle = apply(first, values)
    compared = np.where(second.flip, ~middle, middle)
    expected = compared >= second.thresholds[:, 0]
    np.testing.assert_array_equal(apply(first.then(second), values), expected)


def test_runs_of_straight_channels() -> None:
    exact = np.ones(70, bool)
    assert list(runs(exact)) == [(slice(0, 70), True)]
    exact[[20, 69]] = False
    assert list(runs(exact)) == [
        (slice(0, 16), True), (slice(16, 32), False), (slice(32, 64), True),
        (slice(64, 70), False),
    ]  # fmt: skip


@given(
    st.lists(
        st.tuples(st.integers(1, 500), st.integers(0, 20), st.integers(0, 20)),
        min_size=1,
        max_size=12,
    )
)
def test_buffers_in_use_at_once_do_not_overlap(buffers: list[tuple[int, int, int]]) -> None:
    sizes = [size for size, _, _ in buffers]
    lives = [(min(a, b), max(a, b)) for _, a, b in buffers]
    offsets, total = place(sizes, lives)
    assert total <= sum(-(-size // 64) * 64 for size in sizes)
    for i in range(len(buffers)):
        assert offsets[i] + sizes[i] <= total
        for j in range(i):
            together = lives[i][0] <= lives[j][1] and lives[j][0] <= lives[i][1]
            apart = offsets[i] + sizes[i] <= offsets[j] or offsets[j] + sizes[j] <= offsets[i]
            assert apart or not together
