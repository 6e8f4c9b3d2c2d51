# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""What can run the network, behind one interface: images in, landmarks and scores out.

`with open_backend("rtl", bundle) as backend: backend.infer(images)`. Every backend gives the
same integers for the same bundle and images.
"""

from __future__ import annotations

from hls.common.errors import InputError, SimulationError
from hls.common.progress import Note, silent
from host.api.base import Backend
from host.bundle.bundle import Bundle

BACKENDS = ("board", "rtl", "emulator", "golden")


def open_backend(name: str, bundle: Bundle, note: Note = silent) -> Backend:
    """The backend called `name`; `note` gets a line where something takes long.

    Each is imported as it is asked for: none needs what another is made of.
    """
    if name == "golden":
        from host.golden.backend import GoldenBackend

        return GoldenBackend(bundle)
    if name == "rtl":
        from host.simulated.backend import RtlBackend

        return RtlBackend(bundle, note)
    if name == "board":
        from host.board.backend import BoardBackend

        return BoardBackend(bundle, note)
    if name == "emulator":
        return _emulator(bundle, note)
    raise InputError(f"unknown backend {name!r}; there are {', '.join(BACKENDS)}")


def _emulator(bundle: Bundle, note: Note) -> Backend:
    """The emulator, or the golden model and a line that says so where nothing compiles."""
    from host.emulator.backend import EmulatorBackend
    from host.golden.backend import GoldenBackend

    try:
        return EmulatorBackend(bundle, note)
    except SimulationError as error:
        note(f"no emulator, the golden model runs instead: {error}")
        return GoldenBackend(bundle)
