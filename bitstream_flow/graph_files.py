# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""A graph on disk between two steps: graph.json and constants.npz (no pickles)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from hls.graph import Graph, constants_of, from_json, to_json


def save_graph(graph: Graph, folder: Path) -> None:
    """Write `graph.json` and `constants.npz` into `folder`."""
    (folder / "graph.json").write_text(json.dumps(to_json(graph), indent=1))
    arrays: dict[str, Any] = dict(constants_of(graph))
    np.savez_compressed(folder / "constants.npz", **arrays)


def load_graph(folder: Path) -> Graph:
    """Read what `save_graph` wrote."""
    with np.load(folder / "constants.npz", allow_pickle=False) as arrays:
        return from_json(json.loads((folder / "graph.json").read_text()), dict(arrays))
