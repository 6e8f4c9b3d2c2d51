# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Folding as optimisation: a mixed-integer program chooses every matrix unit's folding at once.

Of each unit one choice (PE, SIMD, where its weights lie) is taken, so that every unit meets the
target and the scarcest resource of the part is spared most; and of each quantiser, whether it
searches thresholds in LUTs or multiplies in DSP slices. FIFO memory is part of it: a skip buffers
beats while the branch below it works, at lower resolutions, where the last rows of a frame pass
from unit to unit after the last pixel has arrived. Each extra cycle there buffers one cycle's worth
of the skip's bits. The other operators follow the units beside them (`folding.fold`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import astuple, dataclass, field, fields, replace
from functools import cached_property

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import lil_matrix

from bitstream_flow.fifos.depths import Depth, chip_of, size_fifos
from bitstream_flow.fifos.ultra_ram import lanes_for_ultra_ram, with_ultra_ram
from bitstream_flow.plan.converters import absorb_borders, insert_converters, widen
from bitstream_flow.plan.folding import Target, choices, fold, out_of_reach, window_of
from bitstream_flow.plan.threshold_lines import with_lines
from hls.common.errors import InputError
from hls.graph.chip import Chip
from hls.graph.graph import Graph, Node
from hls.operators.matrix_vector import MatrixVector
from hls.operators.memory_cost import BRAM36_BITS, ULTRA_RAM_BITS
from hls.operators.operator import Operator
from hls.operators.resources import Resources
from hls.operators.scale_clip import ScaleClip
from hls.operators.window import Window
from hls.operators.xnor_mvu import XnorMvu

# The most of each resource that a design may use, so that it can still be routed.
USABLE = 0.9
# Iterations of planning and correcting: each adds the costs of the plan before that the program
# could not model. Up to _ROUNDS_MAX where a plan is too large by less than _LITTLE.
ROUNDS = 2
_ROUNDS_MAX = 4
_LITTLE = 0.1
_SECONDS = 20.0
NOTHING = Resources()
# How much the sum of all resources counts beside the scarcest of them.
_SUM_WEIGHT = 0.05
_BRAM36, _URAM = ([f.name for f in fields(Resources)].index(n) for n in ("bram36", "uram"))


@dataclass(frozen=True)
class Plan:
    """A folded graph with its width converters and FIFOs; resources are estimates.

    `widened` are the edges whose FIFOs have more lanes than both ends, and those lanes.
    """

    graph: Graph
    depths: list[Depth]
    widened: Mapping[str, int] = field(default_factory=dict)

    @property
    def interval(self) -> int:
        """Cycles per frame of the slowest operator."""
        return self.graph.interval

    @cached_property
    def chip(self) -> Chip:
        """The graph with its FIFOs as operators."""
        return chip_of(self.graph, self.depths)

    @cached_property
    def resources(self) -> Resources:
        """The estimates of all operators and FIFOs."""
        return _resources(node.op for node in self.graph.nodes) + self.fifo_resources

    @property
    def fifo_resources(self) -> Resources:
        """The estimates of the FIFOs."""
        return _resources(self.chip.fifos.values())

    @classmethod
    def of(cls, graph: Graph, budget: Resources) -> Plan:
        """The graph, width converters included, with FIFOs; in UltraRAM as `budget` has it."""
        plain = cls(graph, size_fifos(graph, graph.interval))
        if not budget.uram:
            return plain
        lanes = lanes_for_ultra_ram(graph, plain.chip.fifos)
        wide = widen(graph, lanes)
        depths = size_fifos(wide, graph.interval) if lanes else plain.depths
        others = _resources(node.op for node in wide.nodes)
        places = with_ultra_ram(chip_of(wide, depths).fifos, others, budget)
        placed = [replace(depth, ultra_ram=places[depth.name].ultra_ram) for depth in depths]
        return cls(wide, placed, lanes)


def _resources(ops: Iterable[Operator]) -> Resources:
    return sum((op.resources() for op in ops), Resources())


class Planner:
    """Makes plans for one graph and part; what does not depend on the rate is computed once."""

    def __init__(self, logical: Graph, budget: Resources) -> None:
        self.graph, self._scale_clips = with_lines(absorb_borders(logical))
        self.budget = budget
        menus: dict[tuple[Operator, Operator | None], _Menu] = {}
        self._menus: dict[str, _Menu] = {}
        for node in self.graph.nodes:
            if isinstance(node.op, MatrixVector) or node.name in self._scale_clips:
                key = (node.op, self._scale_clips.get(node.name) or window_of(node, self.graph))
                if key not in menus:
                    menus[key] = _Menu(list(self._options(node)), key[1])
                self._menus[node.name] = menus[key]
        self._lag = lag_bits(self.graph)

    def _options(self, node: Node) -> Iterator[Operator]:
        """All foldings of a node, and of what it may become."""
        yield from choices(node, self.graph)
        if node.name in self._scale_clips:
            yield from choices(replace(node, op=self._scale_clips[node.name]), self.graph)

    @cached_property
    def quickest(self) -> int:
        """Cycles a frame of the operator that no folding makes faster."""
        free = (node for node in self.graph.nodes if not node.op.only_moves)
        return max(min(op.cycles for op in choices(node, self.graph)) for node in free)

    def plan(self, target: Target) -> Plan:
        """The cheapest plan; InputError where an operator cannot be fast enough."""
        plans: list[Plan] = []
        unmodelled = Resources()
        while len(plans) < ROUNDS or (
            len(plans) < _ROUNDS_MAX and 0 < self._share(plans[-1]) - USABLE < _LITTLE
        ):
            chosen, _ = self.choose(target, unmodelled)
            plans.append(self._made(target, {name: op for name, (op, _) in chosen.items()}))
            modelled = sum((cost for _, cost in chosen.values()), Resources())
            unmodelled = plans[-1].resources - modelled
        return min(plans[ROUNDS - 1 :], key=self._share)

    def _share(self, plan: Plan) -> float:
        """How much of the scarcest resource a plan takes."""
        return max(plan.resources.shares(self.budget).values())

    def _made(self, target: Target, chosen: dict[str, Operator]) -> Plan:
        """The plan of these choices; how many lanes a quantiser has is left to those beside it."""
        units = {n: op for n, op in chosen.items() if isinstance(op, MatrixVector)}
        scale_clips = {
            n: self._scale_clips[n] for n, op in chosen.items() if isinstance(op, ScaleClip)
        }
        folded = fold(self.graph.with_ops(scale_clips), target, units)
        return Plan.of(insert_converters(folded), self.budget)

    def choose(
        self, target: Target, unmodelled: Resources = NOTHING
    ) -> tuple[dict[str, tuple[Operator, Resources]], float]:
        """(node -> its choice and what it costs, the scarcest resource's share).

        The mixed-integer program; all that it does not choose costs `unmodelled`.
        """
        items = [
            (name, op, cost)
            for name, menu in self._menus.items()
            for op, cost in menu.fitting(
                self.graph.node(name), target, self._lag[name], ultra=self.budget.uram > 0
            )
        ]
        has = np.array(astuple(self.budget))
        # No choice takes what a part lacks.
        budget = np.where(has > 0, has, np.inf)
        shares = np.array([cost for _, _, cost in items]) / budget
        taken, share = _solve([name for name, _, _ in items], shares, astuple(unmodelled) / budget)
        chosen = {
            name: (op, Resources(*cost))
            for (name, op, cost), one in zip(items, taken, strict=True)
            if one
        }
        return chosen, share


class _Menu:
    """All foldings of a node, with what each costs, a matrix unit's window included."""

    def __init__(self, ops: list[Operator], window: Operator | None) -> None:
        self.ops = ops
        self.cycles = np.array([op.cycles for op in ops])
        self.costs = np.array([astuple(_with_window(op, window)) for op in ops])

    def fitting(
        self, node: Node, target: Target, lag: float, ultra: bool
    ) -> list[tuple[Operator, np.ndarray]]:
        """Those that meet the target and that no other one beats in everything.

        With `ultra` the skips that wait for them lie in UltraRAM.
        """
        fast = np.flatnonzero(self.cycles <= target.cycles)
        if not len(fast):
            raise out_of_reach(node, int(self.cycles.min()), target)
        costs = self.costs[fast].copy()
        memory, size = (_URAM, ULTRA_RAM_BITS) if ultra else (_BRAM36, BRAM36_BITS)
        costs[:, memory] += lag / target.cycles * self.cycles[fast] / size
        kept = []
        for index, cost in enumerate(costs):
            better = (costs <= cost).all(axis=1) & (costs < cost).any(axis=1)
            if not better.any():
                kept.append((self.ops[fast[index]], cost))
        return kept


def _with_window(op: Operator, window: Operator | None) -> Resources:
    """What a matrix unit costs with its window, as wide as it reads."""
    if not isinstance(window, Window) or not isinstance(op, XnorMvu):
        return op.resources()
    return op.resources() + replace(window, lanes=op.simd, mmv=op.mmv).resources()


def _solve(names: list[str], shares: np.ndarray, fixed: np.ndarray) -> tuple[np.ndarray, float]:
    """Which items to take, one of each name, and the largest share that they and `fixed` take."""
    count, units = len(names), list(dict.fromkeys(names))
    # Unknowns: a 0 or 1 for each item, and the share of the scarcest resource.
    one = lil_matrix((len(units), count + 1))
    rows = {name: row for row, name in enumerate(units)}
    for column, name in enumerate(names):
        one[rows[name], column] = 1
    below = np.hstack([shares.T, -np.ones((shares.shape[1], 1))])
    result = milp(
        np.append(_SUM_WEIGHT * shares.sum(axis=1), 1.0),
        constraints=[LinearConstraint(one.tocsr(), 1, 1), LinearConstraint(below, ub=-fixed)],
        integrality=np.append(np.ones(count), 0),
        bounds=Bounds(0, np.append(np.ones(count), np.inf)),
        options={"time_limit": _SECONDS, "mip_rel_gap": 1e-3},
    )
    if result.x is None:
        raise InputError(f"folding: the solver found nothing: {result.message}")
    return result.x[:-1] > 0.5, float(result.x[-1])


def lag_bits(graph: Graph) -> dict[str, float]:
    """Matrix unit -> bits that the skips above it buffer for each cycle of its own, times a frame.

    In the last rows of a frame each unit starts a row and a pixel later than the one upstream.
    """
    weights: dict[str, float] = defaultdict(float)
    above = _ancestors(graph)
    for join in graph.nodes:
        for skip, other in _pairs(join):
            stream = graph.tensors[skip]
            size = stream.pixels * stream.channels * stream.bits
            for name in above[other] - above[skip]:
                op = graph.node(name).op
                if isinstance(op, MatrixVector) and op.tensor.pixels < stream.pixels:
                    rows = min(op.tensor.pixels, op.tensor.width + 2)
                    weights[name] += size * rows / op.tensor.pixels
    return defaultdict(float, weights)


def _pairs(join: Node) -> list[tuple[str, str]]:
    """(skip, other input) and the reverse, for a node of two inputs."""
    if len(join.inputs) != 2:
        return []
    first, second = join.inputs
    return [(first, second), (second, first)]


def _ancestors(graph: Graph) -> dict[str, set[str]]:
    """Tensor -> names of the nodes that it is computed by."""
    found: dict[str, set[str]] = {graph.input: set()}
    for node in graph.nodes:
        own = {node.name}.union(*(found[name] for name in node.inputs))
        found.update(dict.fromkeys(node.outputs, own))
    return found
