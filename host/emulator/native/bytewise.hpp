// SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
// SPDX-License-Identifier: BSD-3-Clause
// Steps whose values are signed bytes all the way: additions, maxima and copies, and signs of
// them. Nothing gets wider, 32 channels at a time.
#pragma once

#include "sources.hpp"

namespace emulator {

constexpr int64_t kMany = 32;

// place(x)(c) of every pixel of a row and every 32 channels, to memory `stride` apart.
template <class Place>
EMULATOR_INLINE void each_many(int64_t width, int64_t channels, uint8_t *to, int64_t stride,
                               Place place) {
    for (int64_t x = 0; x < width; ++x, to += stride) {
        const auto value = place(x);
        int64_t c = 0;
        for (; c + kMany <= channels; c += kMany) store(to + c, value(c));
        if (c < channels) {
            const ManyBytes last = value(c);
            if (channels - c == 16) std::memcpy(to + c, &last, 16);
            else std::memcpy(to + c, &last, size_t(channels - c));
        }
    }
}

// A row of an input: pixel `x` begins at `at(x)`, enlarged by a factor known to the compiler or
// not.
template <class Factor>
struct Row {
    const uint8_t *base;
    int64_t stride;
    Factor factor;
    const uint8_t *at(int64_t x) const {
        return base + x / factor * stride;
    }
};

template <class Factor>
EMULATOR_INLINE Row<Factor> row_of(const Tensor &in, const uint8_t *arena, int64_t y,
                                   Factor factor) {
    return {arena + in.offset + y / factor * in.width * in.stride, in.stride, factor};
}

template <class Left, class Right>
static inline void add_bytes(const Step &step, Left left, Right right, int64_t width,
                             int64_t channels, uint8_t *to, int64_t stride) {
    const auto low = splat<ManyBytes>(step.low), high = splat<ManyBytes>(step.high);
    each_many(width, channels, to, stride, [=](int64_t x) {
        return [=, a = left.at(x), b = right.at(x)](int64_t c) {
            return clip(load<ManyBytes>(a + c) + load<ManyBytes>(b + c), low, high);
        };
    });
}

// The second input may be enlarged; twice is what networks do.
static inline void add_row(const Step &step, const uint8_t *arena, int64_t y, uint8_t *to,
                           int64_t stride) {
    using One = std::integral_constant<int64_t, 1>;
    using Two = std::integral_constant<int64_t, 2>;
    const Tensor &a = step.input[0], &b = step.input[1];
    const int64_t width = step.width, channels = step.channels;
    if (step.factor[0] != 1 || step.factor[1] > 2)
        return add_bytes(step, row_of(a, arena, y, int64_t(step.factor[0])),
                         row_of(b, arena, y, int64_t(step.factor[1])), width, channels, to, stride);
    const auto left = row_of(a, arena, y, One());
    if (step.factor[1] == 2)
        return add_bytes(step, left, row_of(b, arena, y, Two()), width, channels, to, stride);
    const auto right = row_of(b, arena, y, One());
    // Where pixels lie side by side a row is like one pixel.
    const bool dense = a.stride == channels && b.stride == channels && stride == channels;
    if (dense) return add_bytes(step, left, right, 1, width * channels, to, stride);
    return add_bytes(step, left, right, width, channels, to, stride);
}

// Maxima of size x size pixels, or copies of single ones that may be enlarged.
static inline void pool_row(const Step &step, const uint8_t *arena, int64_t y, uint8_t *to,
                            int64_t stride) {
    const Tensor &in = step.input[0];
    const int64_t size = step.source == POOL ? step.kernel : 1, next = in.stride;
    const int64_t row = in.width * next;
    const uint8_t *base = arena + in.offset + y * size / step.factor[0] * row;
    each_many(step.width, step.channels, to, stride, [=](int64_t x) {
        const uint8_t *pixel = base + x * size / step.factor[0] * next;
        return [=](int64_t c) {
            ManyBytes most = load<ManyBytes>(pixel + c);
            for (int64_t dy = 0; dy < size; ++dy)
                for (int64_t dx = 0; dx < size; ++dx) {
                    const auto other = load<ManyBytes>(pixel + dy * row + dx * next + c);
                    most = larger(other, most);
                }
            return most;
        };
    });
}

static inline void fill_bytes(const Step &step, const uint8_t *arena, int64_t first, int64_t rows,
                              uint8_t *to, int64_t stride) {
    for (int64_t y = first; y < first + rows; ++y, to += step.width * stride) {
        if (step.source == ADD) add_row(step, arena, y, to, stride);
        else pool_row(step, arena, y, to, stride);
    }
}

// Signs of bytes `row` apart.
static inline void sign_bytes(const uint8_t *from, int64_t row, int64_t pixels, const Sink &sink,
                              uint8_t *to) {
    const auto *flip = reinterpret_cast<const uint8_t *>(sink.flip);
    const auto *least = reinterpret_cast<const uint8_t *>(sink.thresholds);
    const int64_t channels = sink.target.channels, stride = sink.target.stride;
    for (int64_t c = 0; c < channels; c += kMany) {
        const auto turn = load<ManyBytes>(flip + c), limit = load<ManyBytes>(least + c);
        const auto there = load<uint32_t>(sink.used + c / 8);
        const uint8_t *value = from + c;
        uint8_t *bits = to + c / 8;
        const auto each = [&](auto bytes) {
            for (int64_t p = 0; p < pixels; ++p, value += row, bits += stride) {
                const uint32_t mask = at_least(load<ManyBytes>(value) ^ turn, limit) & there;
                std::memcpy(bits, &mask, bytes);
            }
        };
        const int64_t bytes = std::min<int64_t>(4, (channels - c + 7) / 8);
        if (bytes == 4) each(std::integral_constant<size_t, 4>());
        else if (bytes == 2) each(std::integral_constant<size_t, 2>());
        else each(size_t(bytes));
    }
}

// Some rows of a step: the tensor that keeps its values, if any, then their signs.
static inline void run_bytes(const Step &step, int64_t first, int64_t rows, uint8_t *scratch,
                             uint8_t *arena) {
    uint8_t *values = scratch;
    int64_t row = round_up(step.channels, kMany);
    for (int32_t i = 0; i < step.sinks; ++i) {
        const Tensor target = step.sink[i].target;
        if (step.sink[i].function != IDENTITY) continue;
        values = arena + target.offset + first * step.width * target.stride;
        row = target.stride;
        fill_bytes(step, arena, first, rows, values, row);
    }
    if (values == scratch) fill_bytes(step, arena, first, rows, values, row);
    for (int32_t i = 0; i < step.sinks; ++i) {
        const Sink &sink = step.sink[i];
        if (sink.function == IDENTITY) continue;
        uint8_t *to = arena + sink.target.offset + first * step.width * sink.target.stride;
        sign_bytes(values, row, rows * step.width, sink, to);
    }
}

}  // namespace emulator
