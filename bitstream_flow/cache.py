# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Results kept by content: a step runs again only when something it reads has changed."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

from hls.common.folders import ROOT


def digest(*parts: object) -> str:
    """SHA-256 over files (by content), bytes and anything with a faithful str()."""
    total = hashlib.sha256()
    for part in parts:
        data = _bytes(part)
        total.update(len(data).to_bytes(8, "little"))
        total.update(data)
    return total.hexdigest()


def sources(*packages: str) -> list[Path]:
    """The source files of packages, for a step's key: a change of code is a change of input."""
    suffixes = {".py", ".sv", ".cpp", ".hpp", ".h", ".toml"}
    found: Iterable[Path] = (p for name in packages for p in (ROOT / name).rglob("*"))
    return sorted(path for path in found if path.suffix in suffixes)


def _bytes(part: object) -> bytes:
    if isinstance(part, Path):
        return part.read_bytes()
    return part if isinstance(part, bytes) else str(part).encode()


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
