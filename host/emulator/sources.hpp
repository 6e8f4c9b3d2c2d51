// SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
// SPDX-License-Identifier: BSD-3-Clause
// Where values come from: each source fills int32 (pixels, row) of some output rows.
#pragma once

#include "lanes.hpp"
#include "nibbles.hpp"
#include "products.hpp"

namespace emulator {

// The pixel of an enlarged input that output (y, x) shows.
EMULATOR_INLINE const uint8_t *enlarged(const Tensor &in, int32_t factor, const uint8_t *arena,
                                        int64_t y, int64_t x) {
    const int64_t place = factor == 1 ? y * in.width + x : y / factor * in.width + x / factor;
    return arena + in.offset + place * in.stride;
}

template <int Kind>
static inline void copy_rows(const Step &step, const uint8_t *arena, int64_t first, int64_t rows,
                             int32_t *values, int64_t row) {
    for (int64_t y = first; y < first + rows; ++y)
        for (int64_t x = 0; x < step.width; ++x, values += row) {
            const uint8_t *pixel = enlarged(step.input[0], step.factor[0], arena, y, x);
            for (int64_t c = 0; c < row; c += 16) store(values + c, load_as<Kind>(pixel, c));
        }
}

// Sums of up to 32 bits, and those of 33 by way of 64.
EMULATOR_INLINE Sixteen add_clipped(Sixteen a, Sixteen b, const Step &step, bool wide) {
    if (!wide) return clip(a + b, splat<Sixteen>(step.low), splat<Sixteen>(step.high));
    int32_t sum[16];
    for (int lane = 0; lane < 16; ++lane)
        sum[lane] = int32_t(
            std::clamp<int64_t>(int64_t(a[lane]) + b[lane], step.low, step.high));
    return load<Sixteen>(sum);
}

template <int Kind>
static inline void add_rows(const Step &step, const uint8_t *arena, int64_t first, int64_t rows,
                            int32_t *values, int64_t row) {
    for (int64_t y = first; y < first + rows; ++y)
        for (int64_t x = 0; x < step.width; ++x, values += row) {
            const uint8_t *a = enlarged(step.input[0], step.factor[0], arena, y, x);
            const uint8_t *b = enlarged(step.input[1], step.factor[1], arena, y, x);
            for (int64_t c = 0; c < row; c += 16)
                store(values + c, add_clipped(load_as<Kind>(a, c), load_as<Kind>(b, c), step,
                                              Kind == I32));
        }
}

template <int Kind>
static inline void pool_rows(const Step &step, const uint8_t *arena, int64_t first, int64_t rows,
                             int32_t *values, int64_t row) {
    const Tensor &in = step.input[0];
    for (int64_t y = first; y < first + rows; ++y)
        for (int64_t x = 0; x < step.width; ++x, values += row)
            for (int64_t c = 0; c < row; c += 16) {
                const int64_t corner = (y * in.width + x) * step.kernel;
                const uint8_t *pixel = arena + in.offset + corner * in.stride;
                Sixteen most = load_as<Kind>(pixel, c);
                for (int64_t dy = 0; dy < step.kernel; ++dy)
                    for (int64_t dx = 0; dx < step.kernel; ++dx) {
                        const auto other =
                            load_as<Kind>(pixel + (dy * in.width + dx) * in.stride, c);
                        most = larger(other, most);
                    }
                store(values + c, most);
            }
}

// Patches of one row as int32, in the order (ky, kx, c).
template <int Kind>
static inline void spread(const Step &step, const PatchRows &patches, int64_t y, int32_t *values,
                          int64_t row) {
    const int64_t kernel = step.kernel, channels = step.input[0].channels;
    const int64_t bytes = value_bytes(Kind, channels);
    for (int64_t x = 0; x < step.width; ++x, values += row)
        for (int64_t tap = 0; tap < kernel * kernel; ++tap) {
            const int64_t ky = tap / kernel, kx = tap % kernel;
            const uint8_t *from = patches.first + y * patches.next + x * patches.step +
                                  (kx * kernel + ky) * bytes;
            for (int64_t c = 0; c < channels; c += 16) {
                const auto sixteen = load_as<Kind>(from, c);
                const int64_t count = std::min<int64_t>(16, channels - c);
                store_some(values + tap * channels + c, sixteen, 4 * count);
            }
        }
}

// The landmark decoder, as hls/operators/landmark_decode.py has it; its input is I32.
class Decoder {
public:
    Decoder(const Step &step, const uint8_t *arena)
        : in_(step.input[0]), base_(arena + in_.offset) {}

    // int32 (K, row): x and y in quarters of a pixel, score.
    void run(int32_t *values, int64_t row) const {
        for (int64_t c = 0; c < in_.channels; c += 16) {
            Sixteen best = load_as<I32>(base_, c), place = {};
            for (int32_t p = 1; p < in_.height * in_.width; ++p) {
                const auto x = load_as<I32>(base_ + int64_t(p) * in_.stride, c);
                place = chosen(best >= x, place, splat<Sixteen>(p));
                best = larger(x, best);
            }
            for (int64_t k = c; k < std::min<int64_t>(c + 16, in_.channels); ++k) {
                const int32_t y = place[k - c] / in_.width, x = place[k - c] % in_.width;
                values[k * row] = 4 * x + step(k, y, x, 0, 1, x, in_.width);
                values[k * row + 1] = 4 * y + step(k, y, x, 1, 0, y, in_.height);
                values[k * row + 2] = best[k - c];
            }
        }
    }

private:
    int32_t at(int64_t k, int64_t y, int64_t x) const {
        return load<int32_t>(base_ + (y * in_.width + x) * in_.stride + 4 * k);
    }

    // Towards the larger neighbour; 0 between equal ones and at an edge.
    int32_t step(int64_t k, int64_t y, int64_t x, int dy, int dx, int32_t position,
                 int32_t size) const {
        if (position == 0 || position == size - 1) return 0;
        const int32_t above = at(k, y + dy, x + dx), below = at(k, y - dy, x - dx);
        return (above > below) - (above < below);
    }

    const Tensor &in_;
    const uint8_t *base_;
};

}  // namespace emulator
