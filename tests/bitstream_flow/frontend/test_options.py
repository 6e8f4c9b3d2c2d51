# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Every exact option of a network: PyTorch = QONNX = FINN = reference = golden = RTL, all tensors.

A run through FINN takes long, so that each of the networks below covers several options.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from bitstream_flow.artifacts.build import Build
from bitstream_flow.boards.board import load_board
from bitstream_flow.build import EXPORT
from bitstream_flow.fifos.depths import size_fifos
from bitstream_flow.frontend.compile import compile_qonnx
from bitstream_flow.plan.converters import insert_converters
from bitstream_flow.plan.folding import Target, fold
from bitstream_flow.verify.implementations import random_images, rtl_tensors
from hls.common.errors import InputError
from hls.graph.reference import run_reference
from host.golden.model import Golden
from model.config import NetworkConfig, load_config
from model.export import export_network, export_qonnx_file
from model.network.blocks import block
from model.network.network import Head, LandmarkNetwork, NextStack, Stem
from model.network.randomise import randomise
from model.network.trace import traced_forward
from tests.bitstream_flow.builds import make_bundle

BASE = NetworkConfig(input_size=16, stem_width=4, width=8, depth=1, landmarks=5)
CYCLES = 4000


class Chain(LandmarkNetwork):
    """A network of few blocks, each with options of its own, in place of the first hourglass."""

    def __init__(self, *links: NetworkConfig) -> None:
        nn.Module.__init__(self)
        self.config = config = links[-1]
        widths = [config.stem_width, *(link.width for link in links)]
        first, *others = map(block, widths[:-1], widths[1:], links)
        self.stem, self.block1, self.block2 = Stem(config), first, nn.Sequential(*others)
        self.widen, self.hourglass, self.block3 = None, nn.Identity(), nn.Identity()
        self.head = Head(config)
        self.stacks = nn.ModuleList(NextStack(self.head, config) for _ in range(config.stacks - 1))


def blocks() -> LandmarkNetwork:
    """Every kind of block, every activation, learned shifts, a block that widens, the 7x7 stem and
    the widest residual."""
    rows: list[dict[str, Any]] = [
        {"block": "hpm", "activation": "relu"},
        {"block": "bottleneck", "activation": "prelu"},
        {"block": "wider", "activation": "rprelu"},
        {"block": "multi-scale", "learned_shift": True, "width": 12},
        {"block": "multi-scale-no-1x1", "activation": "rprelu", "width": 12},
    ]
    return Chain(*(replace(BASE, **row, stem_kernel=7, residual_bits=8) for row in rows))


def stacks() -> LandmarkNetwork:
    """A second stack, an hourglass that merges by concat, the narrowest residual, and means."""
    options: dict[str, Any] = {"merge": "concat", "stacks": 2, "residual_bits": 2}
    return Chain(replace(BASE, block="bottleneck", pool="average", **options))


@pytest.mark.parametrize("make", [blocks, stacks])
def test_every_implementation_gives_the_same_integers(
    make: Callable[[], LandmarkNetwork], tmp_path: Path
) -> None:
    torch.manual_seed(3)
    network = randomise(make(), seed=3)
    qonnx = export_qonnx_file(network, tmp_path / "small.onnx")
    graph = compile_qonnx(qonnx, tmp_path, partial(traced_forward, network))
    chip = insert_converters(fold(graph, Target(CYCLES)))
    interval = chip.interval
    make_bundle(tmp_path / "bundle", graph, chip, size_fifos(chip, interval))
    images = random_images(graph, 4)
    expected, golden = traced_forward(network, images), Golden(graph).run(images, keep=True)
    reference = run_reference(graph, images)
    simulated, cycles, *_ = rtl_tensors(tmp_path / "bundle", chip, images)
    assert all(np.array_equal(values, reference[key]) for key, values in expected.items())
    assert all(np.array_equal(values, golden[key]) for key, values in reference.items())
    assert set(expected) < set(simulated)
    for key in set(simulated) & set(reference):
        assert np.array_equal(simulated[key], reference[key]), key
    assert interval <= cycles <= 1.1 * interval


@pytest.mark.parametrize(
    ("setting", "reason"),
    [
        ("real=true", "real = true: the weights and activations are real numbers"),
        ("padding=0", "padding = 0: zero is not a bit"),
        ("cardinality=2", "cardinality > 1: there is no grouped binary convolution"),
    ],
)
def test_inexact_options_are_refused_in_one_line(setting, reason, tmp_path, monkeypatch) -> None:
    config = load_config("face-tiny", [f"network.{setting}"])
    monkeypatch.setattr("model.export.load_config", lambda _name: config)
    build = Build("face-tiny", load_board("Pynq-Z1"), 1.0, tmp_path / "none")
    for run in (lambda: export_network("face-tiny", None, tmp_path), lambda: EXPORT.run(build)):
        with pytest.raises(InputError) as caught:
            run()
        assert str(caught.value) == f"face-tiny can't be exported: {reason}"
