# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""A peer's process: started, asked picture by picture, ended."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
from pathlib import Path
from typing import IO, Any

import numpy as np

from hls.common.errors import InputError
from hls.common.folders import ROOT


class Worker:
    """Answers pictures (side, side, 3) uint8; see sides/answer.py. InputError where it can't.

    What the process prints beside answers goes to the file `log`.
    """

    def __init__(self, name: str, command: list[str], side: int, log: Path) -> None:
        self.name, self.side, self._log = name, side, log
        log.parent.mkdir(parents=True, exist_ok=True)
        try:
            with log.open("wb") as errors:
                self._process = subprocess.Popen(
                    command, cwd=ROOT, env=os.environ | {"OMP_NUM_THREADS": "1"},
                    stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors,
                )  # fmt: skip
        except OSError as error:
            raise InputError(f"{name}: {command[0]}: {error.strerror}") from None
        try:
            header: dict[str, Any] = json.loads(self._pipe(self._process.stdout).readline())
            self.version, self.points = str(header["version"]), int(header["points"])
        except (ValueError, KeyError):
            self.close()
            raise self._stopped() from None

    def find(self, picture: np.ndarray) -> tuple[np.ndarray, float]:
        """Points (M, 2) in the picture's pixels, NaN if no face was found; CPU seconds."""
        size = 8 + 8 * self.points
        try:
            stdin = self._pipe(self._process.stdin)
            stdin.write(np.ascontiguousarray(picture, np.uint8).tobytes())
            stdin.flush()
        except OSError:
            raise self._stopped() from None
        reply = self._pipe(self._process.stdout).read(size)
        if len(reply) != size:
            raise self._stopped()
        points = np.frombuffer(reply, np.float32, offset=8).reshape(self.points, 2)
        return points, float(np.frombuffer(reply, np.float64, 1)[0])

    def close(self) -> None:
        """End the process."""
        for pipe in (self._process.stdin, self._process.stdout):
            # What was not written is not wanted any more.
            with contextlib.suppress(OSError):
                self._pipe(pipe).close()
        self._process.wait()

    @staticmethod
    def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
        assert pipe is not None
        return pipe

    def _stopped(self) -> InputError:
        # Of Node's report too, the line that says what went wrong begins with the error's name.
        lines = [line for line in self._log.read_text(errors="replace").splitlines() if line]
        causes = [line for line in lines if "Error: " in line or "Error [" in line]
        said = (causes or lines or ["it said nothing"])[-1]
        return InputError(f"{self.name} stopped: {said} ({self._log})")
