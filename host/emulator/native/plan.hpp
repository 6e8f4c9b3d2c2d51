// SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
// SPDX-License-Identifier: BSD-3-Clause
// What Python hands over: steps, each a source of integers and the sinks that they run into.
// library.py has the same structures, field by field.
#pragma once

#include <cstdint>

namespace emulator {

// Bits are packed along the channels, a pixel begins with a byte and its spare bits are 0.
enum Storage : int32_t { BITS, I8, U8, I32 };
enum Source : int32_t { COPY, ADD, POOL, MEAN, GATHER, XNOR, DOT_BYTES, DOT, DECODE };
enum Function : int32_t { IDENTITY, LINE, WIDE_LINE, THRESHOLDS, SIGN_BYTES };

// A place in the arena: height x width pixels, `stride` bytes apart, channels innermost.
struct Tensor {
    int64_t offset;
    int32_t height, width, channels, storage, stride, reserved;
};

// A function of the values from `channel` on, and where its results go. Tables hold a multiple of
// 16 channels, those of SIGN_BYTES are bytes and of 32.
// LINE, WIDE_LINE: (gain x + offset) >> shift, clipped.
// THRESHOLDS: low + #(thresholds[level] <= (x ^ flip)).
// SIGN_BYTES: a single threshold to bits; `used` has a bit for each channel that can be 1.
struct Sink {
    Tensor target;
    const int32_t *gain, *offset, *shift;
    const int64_t *wide_gain, *wide_offset;
    const int32_t *flip, *thresholds;
    const uint8_t *used;
    int32_t function, levels, low, high;
    int64_t channel;
};

// An input `factor` times enlarged, as COPY and ADD read it. GATHER, XNOR and DOT read patches of
// kernel x kernel pixels, the first at (-top, -left), pixels outside having the bytes `edge`.
// `moved`: what makes signed bytes of DOT_BYTES at least 0, or 0.
// DECODE weighs cells from `floor` on by the table `weights`, in 1 / `steps` of a pixel.
// `bytewise`: inputs and sinks are I8, or BITS by SIGN_BYTES, whose tables are bytes.
struct Step {
    Tensor input[2];
    int32_t factor[2];
    int32_t source, height, width, channels;
    int32_t kernel, stride, top, left;
    int32_t low, high, outputs, sinks, bytewise, moved;
    int32_t floor, shift, reach, steps;
    const uint8_t *edge;
    const void *weights;
    const int32_t *bias;
    const Sink *sink;
};

// A tensor that leaves, as int32 (frames, height, width, channels).
struct Export {
    Tensor tensor;
    int32_t *target;
};

// The steps of a frame, and the bytes of its arena.
struct Plan {
    const Step *step;
    int64_t steps, arena_bytes;
    Tensor input;
};

}  // namespace emulator
