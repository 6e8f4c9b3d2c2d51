# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Results as JSON lines, one a face: on stdout, or in a file that appears once it is whole."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from hls.common.errors import InputError, mute_stdout
from host.live.pipeline import Found, Sink
from host.pictures.face_box import Square
from host.pictures.landmarks import Landmarks


def face_entry(box: Square, found: Landmarks) -> dict[str, Any]:
    """A face as JSON knows it: box, landmarks and scores, in the picture's pixels; the confidences
    of all together and of each, where the network has them."""
    entry: dict[str, Any] = {
        "box": {name: round(value, 3) for name, value in asdict(box).items()},
        "landmarks": np.round(found.points, 3).tolist(),
        "scores": found.scores.tolist(),
    }
    if found.confidence is not None:
        entry["confidence"] = round(found.confidence, 4)
    if found.confidences is not None:
        entry["confidences"] = np.round(found.confidences, 4).tolist()
    return entry


def json_lines(found: Found) -> Iterator[str]:
    """A line for each face of a frame; none for a frame without."""
    place = {"frame": found.frame.index, "time": round(found.frame.seconds, 4)}
    for face in found.faces:
        entry = face_entry(face.box, face.found)
        yield json.dumps({**place, "face": face.number, **entry}) + "\n"


class JsonOutput(Sink):
    """Lines on stdout as they come; a reader that has gone calls `gone`."""

    def __init__(self, gone: Callable[[], None]) -> None:
        self._gone = gone

    def put(self, found: Found, picture: np.ndarray) -> None:
        write_stdout("".join(json_lines(found)), self._gone)


def write_stdout(text: str, gone: Callable[[], None]) -> None:
    """Write at once; stdout that is full is an InputError, a closed pipe calls `gone`."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        mute_stdout()
        gone()
    except OSError as error:
        mute_stdout()
        raise InputError(f"cannot write to stdout: {error.strerror}") from None


class JsonFile(Sink):
    """Lines in `path`, written under another name until all are there."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._part = part_of(path)
        try:
            self._file = self._part.open("w", encoding="utf-8")
        except OSError as error:
            raise InputError(f"cannot write {path}: {error.strerror}") from None

    def put(self, found: Found, picture: np.ndarray) -> None:
        try:
            for line in json_lines(found):
                self._file.write(line)
        except OSError as error:
            raise InputError(f"cannot write {self.path}: {error.strerror}") from None

    def finish(self) -> None:
        try:
            self._file.close()
            os.replace(self._part, self.path)
        except OSError as error:
            raise InputError(f"cannot write {self.path}: {error.strerror}") from None

    def abandon(self) -> None:
        # Closing may fail again on a full disk; the file goes anyway.
        try:
            self._file.close()
        except OSError:
            pass
        finally:
            self._part.unlink(missing_ok=True)


def part_of(path: Path) -> Path:
    """The name under which `path` is written until it is whole; it keeps the suffix."""
    if not path.parent.is_dir():
        raise InputError(f"cannot write {path}: there is no folder {path.parent}")
    if path.is_dir():
        raise InputError(f"cannot write {path}: it is a folder")
    return path.with_name(f".{path.stem}.{os.getpid()}.part{path.suffix}")
