# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Where results and caches lie; every package asks here."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def build_root() -> Path:
    """Folder of build results: $LANDMARK_BUILD, or `build/` in the repository."""
    return Path(os.environ.get("LANDMARK_BUILD", ROOT / "build"))


def cache_root() -> Path:
    """Folder of cached results: $LANDMARK_CACHE, or `cache/` among the build results."""
    return Path(os.environ.get("LANDMARK_CACHE", build_root() / "cache"))
