# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""The backend `auto`: the best that this machine has for a bundle."""

from __future__ import annotations

import importlib.util
import platform

from hls.common.progress import Note
from host.api.base import Backend
from host.backends import open_backend
from host.bundle.bundle import Bundle
from host.bundle.seal import BIT

_BOARD_MACHINES = ("armv7l", "aarch64")


def open_chosen(name: str, bundle: Bundle, note: Note) -> Backend:
    """The backend `name`; `auto` takes the board on a board, elsewhere the emulator.

    Without a C++ compiler the emulator is the golden model, and says so.
    """
    if name != "auto":
        return open_backend(name, bundle, note)
    return open_backend("board" if _on_a_board(bundle) else "emulator", bundle, note)


def _on_a_board(bundle: Bundle) -> bool:
    """Whether there is a programmable chip beside this CPU, and the bitstream for it."""
    return (
        platform.machine() in _BOARD_MACHINES
        and (bundle.folder / BIT).is_file()
        and importlib.util.find_spec("pynq") is not None
    )
