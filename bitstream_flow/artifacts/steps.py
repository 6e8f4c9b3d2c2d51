# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Steps of a build: one runs again only when something it reads has changed."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from bitstream_flow.artifacts.build import Build
from hls.common.cache import code_of, digest


@dataclass(frozen=True)
class BuildStep:
    """One step: `work(build, folder)` fills `<build>/<name>`.

    Its result depends on what `reads` gives of the build (paths count by content) and on the code
    of `modules`; with `hardware` also on the RTL and C++ beside that.
    """

    name: str
    modules: tuple[str, ...]
    reads: Callable[[Build], Iterable[object]]
    work: Callable[[Build, Path], None]
    hardware: bool = False

    def run(self, build: Build) -> bool:
        """Do the step unless nothing that it depends on has changed; returns whether it ran."""
        code = code_of(*self.modules, hardware=self.hardware)
        key = digest(self.name, *self.reads(build), *code)
        return run_step(build.folder, self.name, key, partial(self.work, build))


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
