// SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
// SPDX-License-Identifier: BSD-3-Clause
// Steps whose values are signed bytes all the way: additions, maxima and copies, and signs of
// them. Nothing gets wider, 32 channels at a time.
#pragma once

#include "sources.hpp"

namespace emulator {

constexpr int64_t kMany = 32;

// value(y, x, c) of every pixel of some rows and every 32 channels, to memory `stride` apart.
template <class Value>
static inline void each_many(const Step &step, int64_t first, int64_t rows, uint8_t *to,
                             int64_t stride, Value value) {
    const int64_t channels = step.channels, width = step.width;
    for (int64_t y = first; y < first + rows; ++y)
        for (int64_t x = 0; x < width; ++x, to += stride) {
            const auto place = value(y, x);
            int64_t c = 0;
            for (; c + kMany <= channels; c += kMany) store(to + c, place(c));
            if (c < channels) {
                const ManyBytes last = place(c);
                if (channels - c == 16) std::memcpy(to + c, &last, 16);
                else std::memcpy(to + c, &last, size_t(channels - c));
            }
        }
}

static inline void fill_bytes(const Step &step, const uint8_t *arena, int64_t first, int64_t rows,
                              uint8_t *to, int64_t stride) {
    const Tensor a = step.input[0], b = step.input[1];
    const int32_t enlarge_a = step.factor[0], enlarge_b = step.factor[1];
    const ManyBytes low = ManyBytes{} + int8_t(step.low), high = ManyBytes{} + int8_t(step.high);
    if (step.source == ADD)
        return each_many(step, first, rows, to, stride, [&](int64_t y, int64_t x) {
            const uint8_t *left = enlarged(a, enlarge_a, arena, y, x);
            const uint8_t *right = enlarged(b, enlarge_b, arena, y, x);
            return [=](int64_t c) {
                ManyBytes sum = load<ManyBytes>(left + c) + load<ManyBytes>(right + c);
                sum = sum < low ? low : sum;
                return sum > high ? high : sum;
            };
        });
    const int64_t size = step.source == POOL ? step.kernel : 1;
    each_many(step, first, rows, to, stride, [&](int64_t y, int64_t x) {
        const uint8_t *pixel = size > 1 ? arena + a.offset + (y * a.width + x) * size * a.stride
                                        : enlarged(a, enlarge_a, arena, y, x);
        return [&a, pixel, size](int64_t c) {
            ManyBytes most = load<ManyBytes>(pixel + c);
            for (int64_t place = 1; place < size * size; ++place) {
                const int64_t other = place / size * a.width + place % size;
                const auto x = load<ManyBytes>(pixel + other * a.stride + c);
                most = x > most ? x : most;
            }
            return most;
        };
    });
}

// Signs of bytes `row` apart; `c` has a bit for each channel that is there and can be 1.
static inline void sign_bytes(const uint8_t *from, int64_t row, int64_t pixels, const Sink &sink,
                              uint8_t *to) {
    const auto *flip = reinterpret_cast<const uint8_t *>(sink.a);
    const auto *least = reinterpret_cast<const uint8_t *>(sink.b);
    const auto *used = reinterpret_cast<const uint8_t *>(sink.c);
    const int64_t channels = sink.target.channels, stride = sink.target.stride;
    for (int64_t c = 0; c < channels; c += kMany) {
        const auto turn = load<ManyBytes>(flip + c), limit = load<ManyBytes>(least + c);
        const auto there = load<uint32_t>(used + c / 8);
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
