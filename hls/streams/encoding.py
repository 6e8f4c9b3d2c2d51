# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Beats of a stream as bytes and as hexadecimal text, one beat per line: how simulations keep them.

Lane 0 is in the lowest bits of a beat; negative integers are in two's complement.
"""

from __future__ import annotations

import numpy as np

from hls.common.errors import InputError

_DIGITS = np.frombuffer(b"0123456789abcdef", np.uint8)
_VALUES = np.full(256, 255, np.uint8)
_VALUES[_DIGITS] = np.arange(16)
_VALUES[np.frombuffer(b"ABCDEF", np.uint8)] = np.arange(10, 16)


def axis_bytes(width_bits: int) -> int:
    """Bytes of an AXI4-Stream beat that carries `width_bits`: the next power of two."""
    return 1 << (-(-width_bits // 8) - 1).bit_length()


def to_bytes(beats: np.ndarray, bits: int) -> np.ndarray:
    """Beats (N, lanes) of `bits`-bit integers -> uint8 (N, bytes of a beat), lowest byte first."""
    count, lanes = beats.shape
    planes = np.empty((count, lanes, bits), np.uint8)
    for bit in range(bits):
        planes[:, :, bit] = (beats >> bit) & 1
    return np.packbits(planes.reshape(count, lanes * bits), axis=1, bitorder="little")


def from_bytes(octets: np.ndarray, lanes: int, bits: int, signed: bool) -> np.ndarray:
    """The inverse of `to_bytes`, int32 (N, lanes); bits above the lanes are left out."""
    planes = np.unpackbits(octets, axis=1, bitorder="little")[:, : lanes * bits]
    planes = planes.reshape(-1, lanes, bits)
    values = np.zeros((len(planes), lanes), np.int64)
    for bit in range(bits):
        values |= planes[:, :, bit].astype(np.int64) << bit
    if signed:
        values -= planes[:, :, -1].astype(np.int64) << bits
    return values.astype(np.int32)


def to_hex(beats: np.ndarray, bits: int) -> str:
    """Beats (N, lanes) of `bits`-bit integers -> N lines."""
    count, lanes = beats.shape
    digits = -(-lanes * bits // 4)
    packed = to_bytes(beats, bits)[:, ::-1]
    text = np.full((count, 2 * packed.shape[1] + 1), ord("\n"), np.uint8)
    text[:, 0:-1:2] = _DIGITS[packed >> 4]
    text[:, 1:-1:2] = _DIGITS[packed & 15]
    return text[:, -digits - 1 :].tobytes().decode("ascii")


def from_hex(text: str, lanes: int, bits: int, signed: bool) -> np.ndarray:
    """The inverse of `to_hex`, int32 (N, lanes).

    Lines may be wider than a beat (padding), yet all alike; anything else is an InputError.
    """
    digits = -(-lanes * bits // 4)
    raw = np.frombuffer(text.encode(), np.uint8)
    line = max(text.find("\n"), digits) + 1
    if raw.size % line or (raw[line - 1 :: line] != ord("\n")).any():
        raise InputError(f"beats: lines must be alike and hold at least {digits} digits")
    nibbles = _VALUES[raw.reshape(-1, line)[:, -2 : -2 - digits : -1]]
    if (nibbles > 15).any():
        raise InputError("beats: a line holds something other than hexadecimal digits")
    if digits % 2:
        nibbles = np.pad(nibbles, ((0, 0), (0, 1)))
    octets = (nibbles[:, 0::2] | nibbles[:, 1::2] << 4).astype(np.uint8)
    return from_bytes(octets, lanes, bits, signed)
