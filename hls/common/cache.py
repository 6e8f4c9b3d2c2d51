# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Results kept by content: names for it, and files that are whole or not there."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

from hls.common.errors import SimulationError
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


def cached(path: Path, make: Callable[[Path, Path], object]) -> Path:
    """`path`, made in a folder of its own and then renamed if it is not there yet."""
    if not path.exists():
        with _folder_beside(path) as folder:
            target = Path(folder) / "result"
            make(Path(folder), target)
            target.replace(path)
    return path


def keep(path: Path, text: str) -> None:
    """Write a file that is not there yet."""
    cached(path, lambda _, target: target.write_text(text))


def _folder_beside(path: Path) -> tempfile.TemporaryDirectory[str]:
    """A folder that is gone after use, on the same disk; the cache must be writable for it."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return tempfile.TemporaryDirectory(dir=path.parent, prefix="making-")
    except OSError as error:
        raise SimulationError(
            f"nothing can be kept in {path.parent} ({error.strerror}): name a folder in"
            " LANDMARK_CACHE that can be written"
        ) from None


def _bytes(part: object) -> bytes:
    if isinstance(part, Path):
        return part.read_bytes()
    return part if isinstance(part, bytes) else str(part).encode()
