# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""What memories cost on a 7-series part, as Yosys maps them (measured with synth_xilinx)."""

from __future__ import annotations

from math import log2

from hls.operators.resources import Resources

BRAM36_BITS = 36 * 1024
# Aspect ratios of one RAMB36 (depth, width), narrowest last.
_BRAM36_SHAPES = ((512, 72), (1024, 36), (2048, 18), (4096, 9), (8192, 4), (16384, 2), (32768, 1))
# Where the RTL asks for block RAM.
_LUTRAM_BITS_MAX = 4096
ULTRA_RAM_DEPTH, ULTRA_RAM_WIDTH = 4096, 72
ULTRA_RAM_BITS = ULTRA_RAM_DEPTH * ULTRA_RAM_WIDTH
# What wrapping addresses at another number than a power of two takes.
_WRAP_LUT = 12


def ram(depth: int, width_bits: int) -> Resources:
    """A memory with one write and one registered read port: LUTs while small, else block RAM."""
    if depth <= 128 or depth * width_bits <= _LUTRAM_BITS_MAX:
        return Resources(lut=lutram(depth, width_bits), ff=width_bits)
    return Resources(bram36=block_ram(depth, width_bits))


def ring(depth: int, width_bits: int) -> int:
    """Words of a circular buffer of `depth`: a power of two, whose addresses wrap by themselves,
    unless that many cost more than the wrapping."""
    whole = 1 << (depth - 1).bit_length()
    exact, rounded = ram(depth, width_bits), ram(whole, width_bits)
    more = rounded.lut - exact.lut
    return whole if rounded.bram36 == exact.bram36 and more <= _WRAP_LUT else depth


def lutram(depth: int, width_bits: int) -> float:
    """LUTs of a distributed RAM: RAM32M carries 6 bits in 4 LUTs, RAM64M 3 bits.

    Several banks of 64 words need a decoder to write and multiplexers to read.
    """
    if depth <= 32:
        return 4 / 6 * width_bits
    banks = -(-depth // 64)
    joined = 4 * banks + 0.8 * width_bits * log2(banks) if banks > 1 else 0
    return 4 / 3 * banks * width_bits + joined


def lut_rom(depth: int, width_bits: int) -> Resources:
    """A read-only memory in LUTs with a registered output: 64 words a LUT, wide multiplexers."""
    if depth <= 1:
        return Resources()
    per_bit = 0.3 if depth <= 8 else 0.6 if depth <= 16 else 0.9 if depth <= 32 else -(-depth // 64)
    return Resources(lut=per_bit * width_bits, ff=width_bits)


def block_ram(depth: int, width_bits: int) -> float:
    """RAMB36 blocks (halves allowed) for `depth` words of `width_bits`."""
    blocks = min(-(-depth // d) * -(-width_bits // w) for d, w in _BRAM36_SHAPES)
    halves = min(-(-depth // d) * -(-width_bits // (w // 2)) for d, w in _BRAM36_SHAPES[:6])
    return min(float(blocks), halves / 2)


def ultra_ram(depth: int, width_bits: int) -> Resources:
    """UltraRAM blocks for `depth` words of `width_bits`, and the selection
    between stacked ones."""
    rows, columns = -(-depth // ULTRA_RAM_DEPTH), -(-width_bits // ULTRA_RAM_WIDTH)
    return Resources(lut=width_bits * -(-(rows - 1) // 3), uram=rows * columns)
