# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Steps of a build: one runs again only when something it reads has changed."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path


def run_step(folder: Path, name: str, key: str, work: Callable[[Path], None]) -> bool:
    """Fill `folder/name` by `work(fresh folder)` unless it was made with the same key before.

    Returns whether it ran. A step that fails or is interrupted leaves the earlier result alone.
    """
    target, stamp = folder / name, folder / f"{name}.key"
    if target.exists() and stamp.exists() and stamp.read_text() == key:
        return False
    fresh = folder / f"{name}.new"
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    work(fresh)
    stamp.unlink(missing_ok=True)
    shutil.rmtree(target, ignore_errors=True)
    fresh.rename(target)
    stamp.write_text(key)
    return True
