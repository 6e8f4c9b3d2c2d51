# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Checkpoints keep every integer; the shipped one is small, free of ties and as good as stated."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import numpy as np
import pytest
import torch

from hls.common.errors import InputError
from model.config import Config, load_config
from model.data.load import data_folder
from model.evaluation.crops import accuracy, heatmaps_of
from model.evaluation.crops import test_crops as evaluation_crops
from model.network.randomise import random_network
from model.network.rounding_ties import ties
from model.network.trace import traced_forward
from model.training.checkpoint import (
    checkpoint_path,
    load_logits,
    load_network,
    load_tensors,
    save_network,
    save_tensors,
    shipped,
)
from model.training.optimise import Logits


def test_packed_weights_give_the_same_integers(small: Config, tmp_path: Path) -> None:
    network, path = random_network(small), tmp_path / "net.safetensors"
    save_network(path, Logits(network), small)
    images = np.random.default_rng(0).integers(0, 256, (2, 16, 16, 3), dtype=np.uint8)
    before, after = (
        traced_forward(network, images),
        traced_forward(load_network(small, path), images),
    )
    assert all(np.array_equal(before[name], after[name]) for name in before)
    assert load_tensors(path)[0]["head.maps.weight"].dtype == torch.int8
    assert load_tensors(path)[0]["block2.stage1.conv.conv.weight"].dtype == torch.uint8


def test_damaged_contents_are_named(small: Config, tmp_path: Path) -> None:
    path = tmp_path / "net.safetensors"
    save_network(path, Logits(random_network(small)), small)
    tensors, metadata = load_tensors(path)
    save_tensors(path, tensors | {"stem.norm.bias": torch.full((4,), np.nan)}, metadata)
    with pytest.raises(InputError, match="values that are not finite"):
        load_network(small, path)
    del tensors["stem.norm.bias"]
    save_tensors(path, tensors, metadata)
    with pytest.raises(InputError, match=r"does not fit the network at stem\.norm\.bias"):
        load_network(small, path)
    save_tensors(path, tensors, {})
    with pytest.raises(InputError, match="does not say which network"):
        load_network(small, path)


@pytest.mark.parametrize("name", shipped())
def test_a_shipped_network_is_settled_and_its_card_is_of_this_file(name: str) -> None:
    path = checkpoint_path(name)
    assert path.stat().st_size < 2_000_000
    assert hashlib.sha256(path.read_bytes()).hexdigest() in path.with_suffix(".md").read_text()
    config = load_config(name)
    assert config.network.real or ties(load_network(config)) == []


@pytest.mark.data
def test_a_shipped_network_is_as_good_as_its_card_says() -> None:
    config = load_config("face-tiny")
    logits, crops = load_logits(config), evaluation_crops(config, data_folder(None))
    found = accuracy(lambda images: heatmaps_of(logits.network, images), crops, logits.decoder)
    card = checkpoint_path(config.name).with_suffix(".md").read_text()
    stated = re.search(r"NME (\d+\.\d+) % on 973 test images", card)
    # Other JPEG decoders and warps give slightly other pixels, hence the tolerance.
    assert stated and found == pytest.approx(float(stated[1]) / 100, abs=0.001)
