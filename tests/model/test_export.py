# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""What the export says of a network beside its graph."""

from __future__ import annotations

from pathlib import Path

import pytest

from hls.common.errors import InputError
from hls.streams.confidence import Confidence, Logistic
from model.config import Config
from model.network.randomise import random_network
from model.training.checkpoint import annotate, confidence_of, save_network
from model.training.optimise import Logits


def test_confidences_travel_from_the_checkpoint(small: Config, tmp_path: Path) -> None:
    path = tmp_path / "small.safetensors"
    save_network(path, Logits(random_network(small)), small)
    assert confidence_of(path) is None
    known = Confidence(Logistic(1e-3, -2.0), 0.05, Logistic(2e-3, 1.0), 0.25)
    annotate(path, confidence=known.as_text())
    assert confidence_of(path) == known
    annotate(path, confidence="sure")
    with pytest.raises(InputError, match=r"cannot be read.*model\.calibrate"):
        confidence_of(path)
