# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""The optimiser: plans meet their target and stay valid; a tighter one is never cheaper."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bitstream_flow.boards.board import load_board
from bitstream_flow.plan.files import load_plan, save_plan
from bitstream_flow.plan.folding import Target
from bitstream_flow.plan.planner import Planner, lag_bits
from hls.common.errors import InputError
from hls.graph.graph import Graph
from hls.operators.matrix_vector import MatrixVector
from host.golden.model import Golden
from tests.networks import tiny_hourglass

BUDGET = load_board("Pynq-Z1").budget


@pytest.fixture(scope="module")
def logical() -> Graph:
    return tiny_hourglass()


@pytest.fixture(scope="module")
def planner(logical: Graph) -> Planner:
    return Planner(logical, BUDGET)


@pytest.mark.parametrize("cycles", [864, 3000, 20_000])
def test_every_operator_meets_the_target(planner: Planner, cycles: int) -> None:
    found = planner.plan(Target(cycles))
    assert max(node.op.cycles for node in found.graph.nodes) == found.interval <= cycles


def test_more_time_costs_less_of_the_scarcest(planner: Planner) -> None:
    shares = [planner.choose(Target(cycles))[1] for cycles in (900, 3000, 20_000)]
    assert shares[0] > shares[1] >= shares[2]


def test_answers_do_not_depend_on_what_was_asked_before(logical: Graph, planner: Planner) -> None:
    target = Target(3000)
    before = planner.choose(target)
    planner.plan(Target(864))
    assert planner.choose(target) == before == Planner(logical, BUDGET).choose(target)
    assert planner.plan(target) == Planner(logical, BUDGET).plan(target)


def test_out_of_reach_names_the_node_and_the_remedy(planner: Planner) -> None:
    with pytest.raises(InputError, match=r"takes .* cycles per frame at its fastest.*lower frame"):
        planner.plan(Target(10))


def test_a_plan_computes_what_the_graph_computes(
    logical: Graph, planner: Planner, tmp_path: Path
) -> None:
    found = planner.plan(Target(3000))
    save_plan(found, tmp_path)
    again = load_plan(logical, tmp_path)
    assert [n.op for n in again.graph.nodes] == [n.op for n in found.graph.nodes]
    assert again.depths == found.depths
    image = np.random.default_rng(0).integers(0, 256, (2, 12, 8, 3), dtype=np.uint8)
    np.testing.assert_array_equal(Golden(again.graph).run(image), Golden(logical).run(image))


def test_only_units_beside_a_skip_delay_it(planner: Planner) -> None:
    bits = lag_bits(planner.graph)
    units = [n.name for n in planner.graph.nodes if isinstance(n.op, MatrixVector)]
    # Behind the last join nothing waits; within the hourglass the skip does.
    assert bits[units[-1]] == 0 < max(bits[name] for name in units)
