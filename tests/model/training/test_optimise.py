# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Schedules, the two stages, latent ranges, and gradients that neither die nor explode."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from hls.streams.landmarks import DecoderSettings
from model.config import Config
from model.network.network import LandmarkNetwork
from model.network.randomise import random_network
from model.training.optimise import (
    Logits,
    binary_convs,
    keep_in_range,
    optimiser_of,
    set_rate,
    set_stage,
    settle_level,
)
from model.training.targets import blend, gaussians, heatmap_loss


def _model(config: Config) -> Logits:
    torch.manual_seed(0)
    return Logits(LandmarkNetwork(config.network))


def _rates(config: Config, steps: int = 100) -> list[float]:
    optimiser, rates = optimiser_of(_model(config), config), []
    for step in range(steps):
        set_rate(optimiser, config.training, step / steps)
        rates.append(optimiser.param_groups[0]["lr"] / optimiser.param_groups[0]["scale"])
    return rates


@pytest.mark.parametrize(
    ("real", "step", "offset", "floor", "shift"),
    [
        # 8 << 6 steps are 0.77 logits, 8 << 7 are 1.54.
        (False, 0.0015, -10.0, 4000, 6),
        (False, 0.0015, 2.0, -4000, 6),
        (False, 0.2, 0.0, -20, 0),
        # Steps of 1/4096 of what a real-valued network gives.
        (True, 1.0, -5.0, 4096, 9),
    ],
)
def test_the_decoders_settings(
    small: Config, real: bool, step: float, offset: float, floor: int, shift: int
) -> None:
    model = Logits(LandmarkNetwork(replace(small.network, real=real)))
    with torch.no_grad():
        model.log_scale.fill_(math.log(step))
        model.offset.fill_(offset)
    assert model.decoder == DecoderSettings(floor, shift)


def test_an_l2_losss_maps_are_the_targets(small: Config) -> None:
    model = Logits(LandmarkNetwork(small.network), "l2")
    with torch.no_grad():
        model.log_scale.fill_(math.log(0.001))
    assert model.decoder == DecoderSettings(100, 4)


def test_a_softmaxs_level_becomes_that_of_probabilities(small: Config) -> None:
    network, random = random_network(small), np.random.default_rng(0)
    model = Logits(network, "softmax")
    with torch.no_grad():
        model.offset.fill_(50.0)
    images = torch.from_numpy(random.integers(0, 256, (4, 3, 16, 16), np.uint8))
    settle_level(model, [(images,)])
    with torch.no_grad():
        probabilities = model(images.float())[-1].flatten(2).exp()
    # Each map's own sum differs; their logarithms' mean is 0.
    assert float(probabilities.sum(dim=2).log().mean()) == pytest.approx(0, abs=1e-4)


def test_cosine_warms_up_and_ends_at_nothing(small: Config) -> None:
    rates = _rates(small)
    assert rates[0] < 0.05 * max(rates) and rates[-1] < 0.001 * max(rates)
    assert max(rates) == pytest.approx(small.training.learning_rate, rel=0.01)


def test_steps_fall_three_times(small: Config) -> None:
    rates = _rates(replace(small, training=replace(small.training, schedule="step")))
    assert [rates[i] / rates[40] for i in (49, 50, 69, 70, 89, 90)] == pytest.approx(
        [1, 0.4, 0.4, 0.2, 0.2, 0.04]
    )


def test_weight_decay_is_for_latent_weights_of_the_first_stage(small: Config) -> None:
    recipe = replace(small.training, weight_decay=0.01, real_weights=0.5)
    optimiser = optimiser_of(_model(small), small)
    for progress, wanted in ((0.2, 0.01), (0.7, 0.0)):
        set_rate(optimiser, recipe, progress)
        for group in optimiser.param_groups:
            assert group["weight_decay"] == (wanted if group["latent"] else 0.0)
    latent = [group for group in optimiser.param_groups if group["latent"]]
    assert sum(len(group["params"]) for group in latent) == len(binary_convs(_model(small)))


def test_integer_weights_step_in_proportion_to_their_range(small: Config) -> None:
    model = _model(small)
    scales = {
        id(parameter): group["scale"]
        for group in optimiser_of(model, small).param_groups
        for parameter in group["params"]
    }
    assert scales[id(model.network.stem.conv.weight)] == 8
    assert scales[id(model.network.head.maps.weight)] == 128


def test_the_first_stage_has_real_weights(small: Config) -> None:
    network = _model(small).network.eval()
    image = torch.full((1, 3, 16, 16), 99.0)
    binary = network(image)
    set_stage(network, True)
    assert not torch.equal(network(image), binary)
    set_stage(network, False)
    assert torch.equal(network(image), binary)


def test_latent_weights_and_slopes_stay_in_range(small: Config) -> None:
    network = LandmarkNetwork(replace(small.network, activation="prelu"))
    slope = network.block1.stage1.out_activation.weight
    with torch.no_grad():
        binary_convs(network)[0].conv.weight.fill_(3.0)
        slope.fill_(-0.5)
    keep_in_range(network)
    assert binary_convs(network)[0].conv.weight.unique().tolist() == [1.0]
    assert slope.unique().tolist() == [0.0]


@pytest.mark.parametrize("kind", ["softmax", "sigmoid", "l2"])
def test_blending_with_a_teacher(kind: str) -> None:
    targets = gaussians(torch.tensor([[[9.5, 21.5]]]), 16, 1.0)
    said = torch.randn(1, 1, 16, 16, generator=torch.Generator().manual_seed(0))
    own = blend(targets, None, 0.7, kind)
    assert torch.allclose(blend(targets, said, 0.0, kind), own)
    alone, half = blend(targets, said, 1.0, kind), blend(targets, said, 0.5, kind)
    assert torch.allclose(half, (own + alone) / 2)
    if kind == "softmax":
        assert own.sum().item() == pytest.approx(1) and alone.sum().item() == pytest.approx(1)


def test_gradients_of_a_deep_hourglass_do_not_explode() -> None:
    """With BatchNorm's usual epsilon: 3,000 here, 10^9 in training, where Adam stood still."""
    from model.config import parse_config
    from tests.model.conftest import VALUES

    network = VALUES["network"] | {"input_size": 64, "width": 16, "depth": 4}
    config = parse_config("deep", VALUES | {"network": network})
    model, random = _model(config), torch.Generator().manual_seed(0)
    images = torch.randint(0, 256, (8, 3, 64, 64), generator=random).float()
    # Dark corners and flat pictures: channels that hardly ever change.
    images[:, :, :32] = 0
    targets = gaussians(torch.rand(8, 14, 2, generator=random) * 60, 16, 1.0)
    logits = model(images)[0]
    heatmap_loss(
        logits, blend(targets, None, 0, "softmax"), torch.ones(8, 14), "softmax"
    ).backward()
    gradients = [p.grad for p in model.parameters() if p.grad is not None]
    norm = torch.nn.utils.get_total_norm(gradients)
    assert 1e-3 < norm.item() < 100
