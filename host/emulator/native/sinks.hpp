// SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
// SPDX-License-Identifier: BSD-3-Clause
// Where values go: through a function of each channel to a tensor, narrow again.
#pragma once

#include "pixels.hpp"

namespace emulator {

// values int32 (pixels, row), from the target's pixel `first` on.
struct Chunk {
    const int32_t *values;
    int64_t first, pixels, row;
};

// Channels outside, pixels inside: a channel's constants stay in registers.
template <int Kind, class Make>
static inline void each_sixteen(const Chunk &chunk, const Tensor &target, uint8_t *arena,
                                Make make) {
    const int64_t stride = target.stride, row = chunk.row, pixels = chunk.pixels;
    const int64_t channels = target.channels;
    uint8_t *const base = arena + target.offset + chunk.first * stride;
    for (int64_t c = 0; c < channels; c += 16) {
        const auto function = make(c);
        const auto each = [&](auto count) {
            const int32_t *from = chunk.values + c;
            uint8_t *to = base;
#pragma GCC unroll 4
            for (int64_t p = 0; p < pixels; ++p, from += row, to += stride)
                store_as<Kind>(to, c, function(load<Sixteen>(from)), count);
        };
        switch (std::min<int64_t>(16, channels - c)) {
            case 16: each(std::integral_constant<int64_t, 16>()); break;
            case 12: each(std::integral_constant<int64_t, 12>()); break;
            case 8: each(std::integral_constant<int64_t, 8>()); break;
            case 4: each(std::integral_constant<int64_t, 4>()); break;
            default: each(channels - c);
        }
    }
}

// A single threshold to bits: the comparison is the result.
static inline void sign(const Chunk &chunk, const Sink &sink, uint8_t *arena) {
    const int64_t stride = sink.target.stride, row = chunk.row, pixels = chunk.pixels;
    const int64_t channels = sink.target.channels;
    uint8_t *const base = arena + sink.target.offset + chunk.first * stride;
    for (int64_t c = 0; c < channels; c += 16) {
        const auto flip = load<Sixteen>(sink.flip + c);
        const auto least = load<Sixteen>(sink.thresholds + c);
        const uint32_t used = channels - c >= 16 ? 0xffff : (1u << (channels - c)) - 1;
        const int32_t *from = chunk.values + c;
        uint8_t *to = base + c / 8;
        if (channels - c > 8)
#pragma GCC unroll 4
            for (int64_t p = 0; p < pixels; ++p, from += row, to += stride)
                store(to, uint16_t(at_least(load<Sixteen>(from) ^ flip, least) & used));
        else
#pragma GCC unroll 4
            for (int64_t p = 0; p < pixels; ++p, from += row, to += stride)
                *to = uint8_t(at_least(load<Sixteen>(from) ^ flip, least) & used);
    }
}

template <int Kind>
static inline void line(const Chunk &chunk, const Sink &sink, uint8_t *arena) {
    each_sixteen<Kind>(chunk, sink.target, arena, [&](int64_t c) {
        const auto gain = load<Sixteen>(sink.gain + c), offset = load<Sixteen>(sink.offset + c);
        const auto shift = load<Sixteen>(sink.shift + c);
        const auto low = splat<Sixteen>(sink.low), high = splat<Sixteen>(sink.high);
        return [=](Sixteen x) { return clip((x * gain + offset) >> shift, low, high); };
    });
}

template <int Kind>
static inline void wide_line(const Chunk &chunk, const Sink &sink, uint8_t *arena) {
    each_sixteen<Kind>(chunk, sink.target, arena, [&](int64_t c) {
        return [&sink, c](Sixteen x) {
            int32_t result[16];
            for (int64_t lane = 0; lane < 16; ++lane) {
                const int64_t at = c + lane;
                const int64_t sum = x[lane] * sink.wide_gain[at] + sink.wide_offset[at];
                result[lane] = int32_t(std::clamp<int64_t>(sum >> sink.shift[at], sink.low,
                                                           sink.high));
            }
            return load<Sixteen>(result);
        };
    });
}

template <int Kind>
static inline void thresholds(const Chunk &chunk, const Sink &sink, uint8_t *arena) {
    const int64_t row = round_up(sink.target.channels, 16);
    each_sixteen<Kind>(chunk, sink.target, arena, [&](int64_t c) {
        const auto flip = load<Sixteen>(sink.flip + c);
        return [&sink, flip, row, c](Sixteen x) {
            Sixteen count = splat<Sixteen>(sink.low);
            x = x ^ flip;
            for (int64_t level = 0; level < sink.levels; ++level)
                count = count - (x >= load<Sixteen>(sink.thresholds + level * row + c));
            return count;
        };
    });
}

inline void run_sink(const Chunk &chunk, const Sink &sink, uint8_t *arena) {
    if (sink.function == THRESHOLDS && sink.target.storage == BITS && sink.levels == 1)
        return sign(chunk, sink, arena);
    by_storage(sink.target.storage, [&](auto kind) {
        switch (sink.function) {
            case LINE: return line<kind>(chunk, sink, arena);
            case WIDE_LINE: return wide_line<kind>(chunk, sink, arena);
            case THRESHOLDS: return thresholds<kind>(chunk, sink, arena);
            default:
                return each_sixteen<kind>(chunk, sink.target, arena,
                                          [](int64_t) { return [](Sixteen x) { return x; }; });
        }
    });
}

}  // namespace emulator
