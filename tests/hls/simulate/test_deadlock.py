# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""The FIFO that is too small is named."""

from __future__ import annotations

from dataclasses import dataclass

from hls.simulate.deadlock import blame, explain


@dataclass(frozen=True)
class Fill:
    name: str
    depth: int
    fill: int


JOINS = {"inner.add": ("inner.skip", "inner.low"), "outer.add": ("outer.skip", "outer.low")}


def test_the_full_input_of_a_starving_join() -> None:
    fifos = [Fill("inner.skip", 4, 4), Fill("inner.low", 2, 0), Fill("other", 2, 2)]
    assert blame(JOINS, fifos) == ("inner.add", fifos[0])
    line = explain(JOINS, fifos)
    assert "inner.skip (depth 4)" in line and "inner.add" in line and "\n" not in line


def test_the_first_join_is_the_cause_of_the_later_ones() -> None:
    fifos = [
        Fill("outer.skip", 9, 9), Fill("outer.low", 2, 0),
        Fill("inner.low", 2, 0), Fill("inner.skip", 4, 4),
    ]  # fmt: skip
    found = blame(JOINS, fifos)
    assert found and found[1].name == "inner.skip"


def test_a_concat_of_three_blames_its_smallest_full_input() -> None:
    fifos = [Fill("a", 8, 8), Fill("b", 3, 3), Fill("c", 2, 0)]
    found = blame({"concat": ("a", "b", "c")}, fifos)
    assert found and found[1].name == "b"


def test_full_or_empty_alone_is_no_deadlock_of_that_join() -> None:
    assert blame(JOINS, [Fill("inner.skip", 4, 4), Fill("inner.low", 2, 1)]) is None
    assert blame(JOINS, [Fill("inner.skip", 4, 3), Fill("inner.low", 2, 0)]) is None
    assert "no FIFO before a join is full" in explain(JOINS, [])
