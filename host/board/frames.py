# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Frames as the bytes that a DMA moves: the beats of an AXI4-Stream, each padded to whole words."""

from __future__ import annotations

import numpy as np

from hls.streams.encoding import axis_bytes, from_bytes, to_bytes
from hls.streams.tensor import Stream

# The widest beat that AXI DMA moves (PG021).
_WIDEST_BYTES = 128
# Beats that are machine words unpack by shifts.
_WORDS = {1: np.int8, 2: np.int16, 4: np.int32, 8: np.int64}


class FramePort:
    """One of the chip's streams: `frame_bytes` a frame, `beat_bytes` a beat."""

    def __init__(self, stream: Stream) -> None:
        self.stream = stream
        self.beat_bytes = axis_bytes(stream.width_bits)
        self.frame_bytes = stream.beats * self.beat_bytes

    @property
    def room_bytes(self) -> int:
        """Bytes to make ready for a frame: at least one more than it has, in whole bus words.

        So a frame that does not end where it must is told from one that does.
        """
        return (self.frame_bytes // _WIDEST_BYTES + 1) * _WIDEST_BYTES

    def pack(self, frame: np.ndarray, into: np.ndarray | None = None) -> np.ndarray:
        """A frame (H, W, C) -> its bytes, uint8 (frame_bytes,), in `into` where that is given."""
        if into is None:
            into = np.zeros(self.frame_bytes, np.uint8)
        beats = into.reshape(-1, self.beat_bytes)
        stream = self.stream
        if frame.dtype == np.uint8 and stream.tensor.bits == 8 and stream.interleave == 1:
            beats[:, : stream.lanes] = frame.reshape(-1, stream.lanes)
        else:
            packed = to_bytes(stream.pack(frame[None]), stream.tensor.bits)
            beats[:, : packed.shape[1]] = packed
        return into

    def unpack(self, octets: np.ndarray) -> np.ndarray:
        """The bytes of a frame, uint8 (frame_bytes,) -> the frame, int32 (H, W, C)."""
        stream, kind = self.stream, self.stream.tensor
        if self.beat_bytes not in _WORDS:
            beats = octets.reshape(-1, self.beat_bytes)
            values = from_bytes(beats, stream.lanes, kind.bits, kind.signed)
        else:
            values = self._lanes(octets.view(_WORDS[self.beat_bytes]))
        return stream.unpack(values)[0]

    def _lanes(self, words: np.ndarray) -> np.ndarray:
        """Words (beats,) -> int32 (beats, lanes): a lane up to the top, then down with its sign."""
        bits, lanes, size = self.stream.tensor.bits, self.stream.lanes, 8 * self.beat_bytes
        if not self.stream.tensor.signed:
            words = words.view(f"u{self.beat_bytes}")
        values = np.empty((len(words), lanes), np.int32)
        for lane in range(lanes):
            values[:, lane] = (words << (size - (lane + 1) * bits)) >> (size - bits)
        return values
