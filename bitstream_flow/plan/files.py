# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""A graph and a plan on disk between two steps: JSON and constants.npz (no pickles)."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np

from bitstream_flow.fifos.depths import Depth
from bitstream_flow.plan.converters import absorb_borders, insert_converters, widen
from bitstream_flow.plan.planner import Plan
from bitstream_flow.plan.threshold_lines import with_lines
from hls.graph.graph import Graph, constants_of, fold_of, from_json, to_json
from hls.operators.scale_clip import ScaleClip


def save_graph(graph: Graph, folder: Path) -> None:
    """Write `graph.json` and `constants.npz` into `folder`."""
    (folder / "graph.json").write_text(json.dumps(to_json(graph), indent=1))
    arrays: dict[str, Any] = dict(constants_of(graph))
    np.savez_compressed(folder / "constants.npz", **arrays)


def load_graph(folder: Path) -> Graph:
    """Read what `save_graph` wrote."""
    with np.load(folder / "constants.npz", allow_pickle=False) as arrays:
        return from_json(json.loads((folder / "graph.json").read_text()), dict(arrays))


def save_plan(plan: Plan, folder: Path) -> None:
    """Write `plan.json`: the folding of every node and the depth of every FIFO."""
    values = {
        "fold": {node.name: fold_of(node.op) for node in plan.graph.nodes},
        "straight": [n.name for n in plan.graph.nodes if isinstance(n.op, ScaleClip)],
        "widened": dict(plan.widened),
        "fifos": [asdict(depth) for depth in plan.depths],
    }
    (folder / "plan.json").write_text(json.dumps(values, indent=1))


def load_plan(logical: Graph, folder: Path) -> Plan:
    """The plan that `save_plan` wrote, for the graph that it was made of."""
    values = json.loads((folder / "plan.json").read_text())
    graph, lines = with_lines(absorb_borders(logical))
    graph = graph.with_ops({name: lines[name] for name in values["straight"]})
    ops = {node.name: replace(node.op, **values["fold"][node.name]) for node in graph.nodes}
    chip = widen(insert_converters(graph.with_ops(ops)), values["widened"])
    return Plan(chip, [Depth(**entry) for entry in values["fifos"]], values["widened"])
