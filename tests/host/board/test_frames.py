# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Frames to bytes and back, against the beats that the simulation uses."""

from __future__ import annotations

import numpy as np
import pytest

from hls.streams.encoding import axis_bytes, to_bytes
from hls.streams.tensor import Stream, TensorType
from host.board.frames import FramePort

STREAMS = [
    Stream(TensorType(4, 6, 68, 15, True), 2),
    Stream(TensorType(4, 6, 68, 15, True), 4),
    Stream(TensorType(4, 6, 3, 8), 1),
    Stream(TensorType(4, 6, 3, 8), 3),
    Stream(TensorType(4, 6, 4, 8), 2, interleave=3),
    Stream(TensorType(4, 6, 6, 8, True), 6),
    Stream(TensorType(4, 6, 64, 1), 64),
    Stream(TensorType(4, 6, 8, 16, True), 4),
    Stream(TensorType(4, 6, 12, 20, True), 12),
    Stream(TensorType(4, 6, 4, 32, True), 2),
    Stream(TensorType(1, 5, 3, 11, True), 3),
]


@pytest.mark.parametrize("stream", STREAMS, ids=lambda s: f"{s.lanes}x{s.tensor.bits}")
def test_there_and_back(stream: Stream) -> None:
    kind, port = stream.tensor, FramePort(stream)
    rng = np.random.default_rng(0)
    frame = rng.integers(kind.low, kind.high + 1, kind.shape, np.int64).astype(np.int32)
    octets = port.pack(frame)
    assert octets.shape == (port.frame_bytes,) and port.beat_bytes == axis_bytes(stream.width_bits)
    beats = to_bytes(stream.pack(frame[None]), kind.bits)
    np.testing.assert_array_equal(octets.reshape(-1, port.beat_bytes)[:, : beats.shape[1]], beats)
    np.testing.assert_array_equal(port.unpack(octets), frame)
    if kind.bits == 8 and not kind.signed:
        np.testing.assert_array_equal(port.pack(frame.astype(np.uint8)), octets)


@pytest.mark.parametrize("stream", STREAMS[:3], ids=str)
def test_padding_means_nothing_and_there_is_room_for_more(stream: Stream) -> None:
    port = FramePort(stream)
    frame = np.zeros(stream.tensor.shape, np.int32)
    octets = port.pack(frame).reshape(-1, port.beat_bytes)
    spare = 8 * port.beat_bytes - stream.width_bits
    octets[:, -1] |= (0xFF00 >> spare) & 0xFF if spare else 0
    assert not port.unpack(octets.reshape(-1)).any()
    assert port.room_bytes > port.frame_bytes and port.room_bytes % 128 == 0
