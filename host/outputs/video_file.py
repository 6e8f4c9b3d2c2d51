# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Annotated video in a file: written under another name, read back, then renamed.

OpenCV's writer says nothing when the disk is full, so that room and result are looked at here.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import cv2
import numpy as np

from hls.common.errors import InputError
from host.live.pipeline import Found, Sink
from host.outputs.json_lines import part_of

# Codecs that OpenCV's packages encode on every platform, boards included; H.264 is in none of them.
CODECS = {".mp4": "mp4v", ".mkv": "mp4v", ".avi": "MJPG"}
# Bytes that must stay free: the index at the end of a file still has to fit.
_RESERVE = 4 << 20
# A source that stood still for longer than this many seconds leaves no longer gap in the video.
_LONGEST_GAP = 2.0


class VideoFile(Sink):
    """Frames with their landmarks drawn, at `fps`, shown as long as they were current."""

    draws = True

    def __init__(self, path: Path, fps: float) -> None:
        self.path, self._fps = path, fps
        self._part = part_of(path)
        self._writer: cv2.VideoWriter | None = None
        self._size = (0, 0)
        self._written = 0
        self._shift = 0.0

    def put(self, found: Found, picture: np.ndarray) -> None:
        size = picture.shape[1], picture.shape[0]
        if self._writer is None:
            self._open(size)
        if size != self._size:
            raise InputError(
                f"{self.path}: the picture changed from {self._size} to {size} in mid-stream"
            )
        copies = self._copies(found.frame.seconds)
        if copies:
            picture = cv2.cvtColor(picture, cv2.COLOR_RGB2BGR)
        for _ in range(copies):
            assert self._writer is not None
            self._writer.write(picture)
        if copies and self._written % max(1, round(self._fps)) < copies:
            self._check_room()
        self._written += copies

    def _copies(self, seconds: float) -> int:
        """How often this frame is written, so that the video keeps the stream's time."""
        behind = round((seconds - self._shift) * self._fps) + 1 - self._written
        if behind > _LONGEST_GAP * self._fps:
            self._shift += (behind - 1) / self._fps
            return 1
        return max(0, behind)

    def _open(self, size: tuple[int, int]) -> None:
        codec = CODECS[self.path.suffix.lower()]
        try:
            # OpenCV does not say why it can't write; Python does.
            self._part.touch()
        except OSError as error:
            raise InputError(f"cannot write {self.path}: {error.strerror}") from None
        self._check_room()
        code = cv2.VideoWriter.fourcc(*codec)
        self._writer = cv2.VideoWriter(str(self._part), cv2.CAP_FFMPEG, code, self._fps, size)
        if not self._writer.isOpened():
            raise InputError(
                f"cannot write {self.path}: this OpenCV has no encoder {codec} for"
                f" {size[0]}x{size[1]}; try another of {', '.join(CODECS)}"
            )
        self._size = size

    def _check_room(self) -> None:
        if shutil.disk_usage(self.path.parent).free < _RESERVE:
            raise InputError(f"cannot write {self.path}: no space left on the disk")

    def finish(self) -> None:
        if self._writer is None:
            return
        self._writer.release()
        if not self._is_whole():
            raise InputError(
                f"cannot write {self.path}: it cannot be read back; is the disk full, or the file"
                " too large for it?"
            )
        os.replace(self._part, self.path)
        self._writer = None

    def _is_whole(self) -> bool:
        """Whether the file opens, states its length and gives its last frames."""
        capture = cv2.VideoCapture(str(self._part))
        try:
            # Matroska rounds its length to a frame more or less.
            stated = round(capture.get(cv2.CAP_PROP_FRAME_COUNT))
            if not capture.isOpened() or abs(stated - self._written) > 1:
                return False
            capture.set(cv2.CAP_PROP_POS_FRAMES, max(0, self._written - 3))
            return bool(capture.grab())
        finally:
            capture.release()

    def abandon(self) -> None:
        if self._writer is not None:
            self._writer.release()
        self._part.unlink(missing_ok=True)
