# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""The backend `auto`: the best that this machine has for a bundle."""

from __future__ import annotations

import importlib.util
import platform
import shutil

from hls.errors import InputError
from host.backends import Backend, open_backend
from host.backends.base import Note
from host.bundle import Bundle

_BOARD_MACHINES = ("armv7l", "aarch64")
_COMPILERS = ("c++", "g++", "clang++")


def open_chosen(name: str, bundle: Bundle, note: Note) -> Backend:
    """The backend `name`; `auto` takes the board on a board, else the emulator, else golden."""
    if name != "auto":
        return open_backend(name, bundle, note)
    if _on_a_board(bundle):
        return open_backend("board", bundle, note)
    if any(shutil.which(compiler) for compiler in _COMPILERS):
        try:
            return open_backend("emulator", bundle, note)
        except InputError as error:
            note(f"golden instead of the emulator: {error}")
    return open_backend("golden", bundle, note)


def _on_a_board(bundle: Bundle) -> bool:
    """Whether there is a programmable chip beside this CPU, and the bitstream for it."""
    return (
        platform.machine() in _BOARD_MACHINES
        and (bundle.folder / "overlay.bit").is_file()
        and importlib.util.find_spec("pynq") is not None
    )
