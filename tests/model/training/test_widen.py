# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""A wider network that starts as a narrower one: the twin computes the same, copies are copies."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import torch

from hls.common.errors import InputError
from model.config import Config
from model.network.network import LandmarkNetwork
from model.train import Trainer, fabric_of
from model.training.optimise import Logits, binary_convs
from model.training.widen import sources, widened


def test_each_branch_is_copied_by_itself() -> None:
    assert sources(8, 12, (2, 4, 4)).tolist() == [0, 1, 2, 3, 0, 1, 4, 5, 4, 6, 7, 6]


@pytest.mark.parametrize("high_width", [0, 4])
@pytest.mark.parametrize("block", ["hpm", "multi-scale-no-1x1", "bottleneck", "wider"])
def test_the_wider_twin_computes_the_same(small: Config, block: str, high_width: int) -> None:
    torch.manual_seed(0)
    narrow = replace(small.network, real=True, block=block, high_width=high_width)
    old = LandmarkNetwork(narrow).eval()
    for norm in (module for module in old.modules() if isinstance(module, torch.nn.BatchNorm2d)):
        norm.running_mean.normal_()  # type: ignore[union-attr]
        norm.running_var.uniform_(0.5, 2)  # type: ignore[union-attr]
    new = LandmarkNetwork(replace(narrow, width=12)).eval()
    new.load_state_dict(widened(old, new.config), strict=False)
    images = 255 * torch.rand(2, 3, 16, 16)
    with torch.no_grad():
        torch.testing.assert_close(new(images), old(images), rtol=1e-4, atol=1e-4)


def test_binary_weights_stay_binary(small: Config) -> None:
    old = LandmarkNetwork(small.network)
    for parameter in old.parameters():
        parameter.data.sign_()
    state = widened(old, replace(small.network, width=16))
    new = LandmarkNetwork(replace(small.network, width=16))
    assert not new.load_state_dict(state, strict=False).unexpected_keys
    assert set(state["block3.stage2.conv.conv.weight"].unique().tolist()) <= {-1.0, 1.0}


def test_a_run_starts_with_copies_that_can_become_different(small: Config) -> None:
    wide = replace(small, network=replace(small.network, width=16))
    trainer = Trainer(wide, fabric_of(wide, "cpu", 1, 1))
    saved = Logits(LandmarkNetwork(small.network))
    saved.offset.data.fill_(-2.5)
    for conv in binary_convs(saved):
        conv.conv.weight.data.sign_()  # as a checkpoint has them
    trainer.start_from(saved)
    weights = trainer.model.network.block3.stage1.conv.conv.weight.detach()
    first, copies = weights[:, :4], weights[:, 4:8]
    agreement = (first.sign() == copies.sign()).float().mean()
    assert agreement > 0.9 and not torch.equal(first, copies)
    assert trainer.model.offset.item() == -2.5


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"width": 4}, "nor of a narrower one"),
        ({"width": 12, "landmarks": 3}, "nor of a narrower one"),
        ({"width": 12, "merge": "concat"}, "starts afresh with block = 'hpm', merge = 'concat'"),
        ({"width": 12, "block": "multi-scale"}, "starts afresh with block = 'multi-scale'"),
        ({"width": 16, "cardinality": 2}, "cardinality = 2"),
    ],
    ids=str,
)
def test_what_cannot_be_widened(small: Config, changes: dict[str, Any], message: str) -> None:
    wanted = replace(small.network, **changes)
    narrow = replace(small.network, merge=wanted.merge, block=wanted.block,
                     cardinality=wanted.cardinality)  # fmt: skip
    with pytest.raises(InputError, match=message):
        widened(LandmarkNetwork(narrow), wanted)
