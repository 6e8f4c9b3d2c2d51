# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Every option of the network: shapes, published sizes, integers, the real-valued twin."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from brevitas.nn import QuantConv2d, QuantIdentity
from torch import nn

from model.config import BLOCKS, Config, NetworkConfig, load_config
from model.network.count import count
from model.network.network import LandmarkNetwork
from model.network.randomise import random_network
from model.network.rounding_ties import ties
from model.network.trace import traced_forward

EXACT: list[dict[str, Any]] = [
    *({"block": block} for block in BLOCKS),
    *({"activation": kind} for kind in ("relu", "prelu", "rprelu")),
    *({"residual_bits": bits} for bits in (2, 3, 5, 8)),
    {"learned_shift": True},
    {"merge": "concat"},
    {"pool": "average"},
    {"stacks": 3},
    {"high_width": 4},
    {"stem_kernel": 7},
]
INEXACT: list[dict[str, Any]] = [
    {"real": True},
    {"padding": 0},
    {"cardinality": 2},
]


@pytest.mark.parametrize("changes", EXACT, ids=str)
def test_exact_options_give_integers_in_range(small: Config, changes: dict[str, Any]) -> None:
    config = replace(small, network=replace(small.network, **changes))
    assert config.network.inexact == ""
    network = random_network(config)
    assert ties(network) == []
    images = np.random.default_rng(0).integers(0, 256, (2, 16, 16, 3), dtype=np.uint8)
    high = 2 ** (config.network.residual_bits - 1)
    for name, values in traced_forward(network, images).items():
        low, top = (0, 1) if name.endswith(".sign") else (-high, high - 1)
        assert name == "heatmaps" or (low <= values.min() and values.max() <= top), name


@pytest.mark.parametrize("changes", [*EXACT, *INEXACT], ids=str)
def test_shapes(small: Config, changes: dict[str, Any]) -> None:
    config = replace(small.network, **changes)
    network = LandmarkNetwork(config).eval()
    maps = network.heatmaps(torch.zeros(2, 3, 16, 16))
    assert len(maps) == config.stacks
    assert all(each.shape == (2, 14, 4, 4) for each in maps)


@pytest.mark.parametrize("changes", INEXACT, ids=str)
def test_inexact_options_say_why(small: Config, changes: dict[str, Any]) -> None:
    (key,) = changes
    assert key in replace(small.network, **changes).inexact


def test_the_twin_has_the_same_convolutions_and_no_quantiser(small: Config) -> None:
    def shapes(config: NetworkConfig) -> list[torch.Size]:
        modules = LandmarkNetwork(config).modules()
        return [module.weight.shape for module in modules if isinstance(module, nn.Conv2d)]

    twin = replace(small.network, real=True)
    assert shapes(twin) == shapes(small.network)
    kinds = (QuantConv2d, QuantIdentity)
    assert not any(isinstance(module, kinds) for module in LandmarkNetwork(twin).modules())


@pytest.mark.parametrize(
    ("changes", "weights", "macs"),
    [
        ({}, 6_220_992, 8_042_381_312),
        ({"block": "bottleneck"}, 3_400_896, 4_979_425_280),
        ({"block": "wider"}, 11_252_928, None),
        ({"block": "multi-scale"}, 3_972_288, None),
        ({"block": "multi-scale-no-1x1"}, 9_465_024, None),
        ({"stacks": 2}, 12_037_312, None),
        ({"stacks": 3}, 17_853_632, None),
        ({"landmarks": 68}, 6_234_304, None),
    ],
    ids=str,
)
def test_the_published_networks_have_the_published_sizes(
    changes: dict[str, Any], weights: int, macs: int | None
) -> None:
    """The paper's notes: 6.22 M weights and 8.04 G binary MACs; 3.40, 11.25, 4.0, 12.04, 17.85."""
    config = load_config("paper-mpii")
    totals = count(replace(config, network=replace(config.network, **changes)))
    assert sum(total.weights for total in totals.values()) == weights
    assert macs is None or totals["binary"].macs == macs


@pytest.mark.parametrize("module", ["model.network.network", "bitstream_flow.frontend.from_config"])
def test_a_cuda_toolkit_without_a_gpu_is_no_news(module: str, tmp_path: Path) -> None:
    """PyTorch's builds with CUDA would say so at the first import of Brevitas."""
    environment = os.environ | {"CUDA_HOME": str(tmp_path), "CUDA_VISIBLE_DEVICES": ""}
    command = [sys.executable, "-c", f"import {module}"]
    run = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert run.returncode == 0 and "CUDA" not in run.stderr, run.stderr
