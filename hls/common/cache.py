# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Results kept by content: names for it, and files that are whole or not there."""

from __future__ import annotations

import ast
import hashlib
import tempfile
from collections.abc import Callable
from functools import cache
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


def code_of(*modules: str, hardware: bool = False) -> list[Path]:
    """The project's source files that these modules are made of, for a step's key: a change of
    code is a change of input.

    All that they import, directly or not, also inside functions; with `hardware` also the RTL and
    C++ in the folders of what they import.
    """
    seen: dict[str, Path] = {}
    waiting = list(modules)
    while waiting:
        name = waiting.pop()
        path = _file_of(name)
        if path is None or name in seen:
            continue
        seen[name] = path
        waiting += _imports(path)
    folders = {path.parent for path in seen.values()} if hardware else set()
    beside = {path for folder in folders for path in _beside(folder)}
    return sorted({*seen.values(), *beside})


def _file_of(module: str) -> Path | None:
    """A module's or package's file; None for what is not the project's."""
    path = ROOT.joinpath(*module.split("."))
    both = (path.with_suffix(".py"), path / "__init__.py")
    return next((file for file in both if file.is_file()), None)


@cache
def _imports(path: Path) -> tuple[str, ...]:
    """What a file imports; `from package import name` may name a module of the package."""
    found: list[str] = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            found += [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    return tuple(found)


@cache
def _beside(folder: Path) -> tuple[Path, ...]:
    """Files of other languages in a package's folder, and in its folders that are no packages."""
    inside = [folder, *(sub for sub in folder.iterdir() if sub.is_dir())]
    plain = [sub for sub in inside if sub == folder or not (sub / "__init__.py").exists()]
    suffixes = {".sv", ".cpp", ".hpp", ".h"}
    return tuple(path for sub in plain for path in sub.iterdir() if path.suffix in suffixes)


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
