# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""What can run the network, behind one interface: images in, landmarks and scores out.

`with open_backend("rtl", bundle) as backend: backend.infer(images)`. Every backend gives the
same integers for the same bundle and images.
"""

from __future__ import annotations

from hls.errors import InputError
from host.backends.base import Backend, BackendError, Note, Result, Statistics
from host.bundle import Bundle

__all__ = ["BACKENDS", "Backend", "BackendError", "Result", "Statistics", "open_backend"]

BACKENDS = ("board", "rtl", "emulator", "golden")


def _silent(text: str) -> None:
    pass


def open_backend(name: str, bundle: Bundle, note: Note = _silent) -> Backend:
    """The backend called `name`; `note` gets a line where something takes long.

    Each is imported as it is asked for: none needs what another is made of.
    """
    if name == "golden":
        from host.backends.golden import GoldenBackend

        return GoldenBackend(bundle)
    if name == "rtl":
        from host.backends.rtl import RtlBackend

        return RtlBackend(bundle, note)
    if name == "board":
        from host.backends.board import BoardBackend

        return BoardBackend(bundle, note)
    if name in BACKENDS:
        raise InputError(f"backend {name} is not there yet; use golden, rtl or board")
    raise InputError(f"unknown backend {name!r}; there are {', '.join(BACKENDS)}")
