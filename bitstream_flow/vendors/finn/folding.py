# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""FINN's SetFolding on the front end's hardware graph, and the same folding on our operators."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

from qonnx.core.modelwrapper import ModelWrapper
from qonnx.custom_op.registry import getCustomOp
from qonnx.transformation.general import GiveUniqueNodeNames

from bitstream_flow.frontend.compile import quiet
from bitstream_flow.plan.converters import absorb_borders, insert_converters
from bitstream_flow.plan.folding import Target, fold
from bitstream_flow.plan.planner import Plan
from bitstream_flow.plan.threshold_lines import with_lines
from bitstream_flow.vendors.finn.builder import ExactWidths
from bitstream_flow.vendors.finn.estimate import Estimate
from hls.graph.graph import Graph
from hls.operators.matrix_vector import MatrixVector
from hls.operators.operator import Operator
from hls.operators.resources import Resources
from hls.operators.scale_clip import ScaleClip
from hls.operators.window import Window
from hls.operators.xnor_mvu import XnorMvu


class FinnGraph:
    """FINN's hardware graph, its layers chosen for a part, to be folded for one rate or another."""

    def __init__(self, network: Path, part: str) -> None:
        from finn.transformation.fpgadataflow.specialize_layers import SpecializeLayers
        from finn.transformation.streamline.round_thresholds import RoundAndClipThresholds

        self.part = part
        self._model = ModelWrapper(str(network))
        with quiet():
            for step in (
                ExactWidths(), RoundAndClipThresholds(), SpecializeLayers(part),
                GiveUniqueNodeNames(),
            ):  # fmt: skip
                self._model = self._model.transform(step)

    def fold(self, cycles: int) -> ModelWrapper:
        """FINN's folding for at most `cycles` cycles per frame, which it may miss.

        SetFolding as FINN's builder runs it, relaxation to what the slowest layer can do included.
        """
        from finn.transformation.fpgadataflow.set_folding import SetFolding

        with quiet():
            return self._model.transform(SetFolding(cycles))

    def estimate(self, folded: ModelWrapper) -> Estimate:
        """FINN's own estimates of a folded graph."""
        from finn.analysis.fpgadataflow.exp_cycles_per_layer import exp_cycles_per_layer
        from finn.analysis.fpgadataflow.res_estimation import res_estimation

        with quiet():
            cycles = folded.analysis(exp_cycles_per_layer)
            layers = folded.analysis(partial(res_estimation, fpgapart=self.part)).values()
        slowest = max(cycles, key=lambda name: cycles[name])
        totals = (sum(layer[key] for layer in layers) for key in ("LUT", "BRAM_18K", "DSP"))
        return Estimate(int(cycles[slowest]), slowest, *totals)


def carried_over(folded: ModelWrapper, logical: Graph, like: Plan, budget: Resources) -> Plan:
    """Our operators, folded as FINN folds its layers, with our width converters and FIFOs.

    PE and SIMD of matrix units and windows are FINN's; the other operators keep up with them, as
    `folding.fold` does it. What FINN's folding leaves open is settled in its favour: weights lie
    where the scarcer resource is spared, and quantisers multiply where those of `like` do.
    """
    graph, lines = with_lines(absorb_borders(logical))
    scale_clips = {n.name for n in like.graph.nodes if isinstance(n.op, ScaleClip)}
    graph = graph.with_ops({name: op for name, op in lines.items() if name in scale_clips})
    chosen = dict(_chosen(folded, graph, budget))
    slowest = max(op.cycles for op in chosen.values())
    return Plan.of(insert_converters(fold(graph, Target(slowest), chosen)), budget)


def _chosen(
    folded: ModelWrapper, graph: Graph, budget: Resources
) -> Iterator[tuple[str, Operator]]:
    """Our node -> its operator with FINN's PE and SIMD."""
    for layer in folded.graph.node:
        ours = graph.producers.get(layer.output[0], (None, 0))[0]
        if ours is None:
            continue
        attributes = getCustomOp(layer)
        if isinstance(ours.op, MatrixVector):
            own = {name: attributes.get_nodeattr(name.upper()) for name in ("pe", "simd")}
            yield ours.name, _cheapest(replace(ours.op, **own), budget)
        elif isinstance(ours.op, Window):
            yield ours.name, replace(ours.op, lanes=attributes.get_nodeattr("SIMD"))


def _cheapest(op: Operator, budget: Resources) -> Operator:
    """With its weights in block RAM or in LUTs, where there is the choice."""
    if not isinstance(op, XnorMvu):
        return op
    options = [replace(op, block_ram=value) for value in (0, 1)]
    return min(options, key=lambda one: _share(one.resources(), budget))


def _share(used: Resources, budget: Resources) -> float:
    """All shares of the part together."""
    return sum(used.shares(budget).values())
