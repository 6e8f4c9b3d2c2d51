# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Folding meets its target at every operator, or says why it cannot."""

from __future__ import annotations

import pytest

from bitstream_flow.plan.folding import Target, fold
from hls.common.errors import InputError
from tests.networks import tiny_hourglass


@pytest.mark.parametrize("cycles", [700, 1500, 6000, 10**6])
def test_every_operator_meets_the_target(cycles: int) -> None:
    graph = fold(tiny_hourglass(), Target(cycles))
    assert graph.interval <= cycles


def test_more_time_never_costs_more() -> None:
    def cost(cycles: int) -> float:
        graph = fold(tiny_hourglass(), Target(cycles))
        return sum(node.op.resources().lut for node in graph.nodes)

    assert cost(20000) <= cost(3000) <= cost(900)


def test_out_of_reach_names_the_node_and_the_remedy() -> None:
    with pytest.raises(InputError, match=r"node .* takes \d+ cycles .* lower frame rate"):
        fold(tiny_hourglass(), Target(10))


def test_a_frame_rate_must_be_positive() -> None:
    with pytest.raises(InputError, match="must be above 0"):
        Target.from_rate(0, 1e8)
    assert Target.from_rate(1000, 1e8) == Target(100_000)
