# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""One process a board: two would exchange the logic under each other, and pynq does not mind."""

from __future__ import annotations

import fcntl
import os
import tempfile
from pathlib import Path

from host.api.base import BackendError

_FOLDER = Path("/run/lock")
LOCK = (_FOLDER if _FOLDER.is_dir() else Path(tempfile.gettempdir())) / "binary-landmarks.lock"


class BoardLock:
    """Held from construction to `release`; a board that is taken is a BackendError."""

    def __init__(self, path: Path = LOCK) -> None:
        try:
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise BackendError(f"cannot lock the board: {path}: {error.strerror}") from None
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            owner = os.read(self._file, 20).decode(errors="replace").strip() or "unknown"
            os.close(self._file)
            raise BackendError(
                f"the board is in use by process {owner}: end it, or wait for it"
            ) from None
        os.ftruncate(self._file, 0)
        os.write(self._file, str(os.getpid()).encode())

    def release(self) -> None:
        """Let others have the board; a second call does nothing."""
        if self._file < 0:
            return
        os.ftruncate(self._file, 0)
        os.close(self._file)
        self._file = -1
