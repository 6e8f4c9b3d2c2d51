# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""A network small enough for every test."""

from __future__ import annotations

import pytest

from model.config import Config, parse_config

VALUES = {
    "network": {"input_size": 16, "stem_width": 4, "width": 8, "depth": 1, "landmarks": 14},
    "data": {"file": "none.npz"},
    "training": {"epochs": 2, "batch_size": 8, "learning_rate": 2e-3, "sigma": 1.0},
}


@pytest.fixture
def small() -> Config:
    return parse_config("small", VALUES)
