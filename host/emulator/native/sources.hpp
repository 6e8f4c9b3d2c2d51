// SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
// SPDX-License-Identifier: BSD-3-Clause
// Where values come from: each source fills int32 (pixels, row) of some output rows.
#pragma once

#include <type_traits>

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

// Sums of up to 32 bits, and those of 33 in 64.
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

// Means of kernel x kernel pixels, rounded down; the kernel is a power of two.
template <int Kind>
static inline void mean_rows(const Step &step, const uint8_t *arena, int64_t first, int64_t rows,
                             int32_t *values, int64_t row) {
    using Sum = std::conditional_t<Kind == I32, int64_t, int32_t>;
    const Tensor &in = step.input[0];
    const int shift = 2 * __builtin_ctz(uint32_t(step.kernel));
    for (int64_t y = first; y < first + rows; ++y)
        for (int64_t x = 0; x < step.width; ++x, values += row)
            for (int64_t c = 0; c < row; c += 16) {
                const int64_t corner = (y * in.width + x) * step.kernel;
                const uint8_t *pixel = arena + in.offset + corner * in.stride;
                Sum sum[16] = {};
                for (int64_t dy = 0; dy < step.kernel; ++dy)
                    for (int64_t dx = 0; dx < step.kernel; ++dx) {
                        const auto one = load_as<Kind>(pixel + (dy * in.width + dx) * in.stride, c);
                        for (int lane = 0; lane < 16; ++lane) sum[lane] += one[lane];
                    }
                int32_t mean[16];
                for (int lane = 0; lane < 16; ++lane) mean[lane] = int32_t(sum[lane] >> shift);
                store(values + c, load<Sixteen>(mean));
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

// The landmark decoder, as hls/streams/landmarks.py has it; its input is I32.
class Decoder {
public:
    Decoder(const Step &step, const uint8_t *arena)
        : step_(step), in_(step.input[0]), base_(arena + in_.offset),
          weights_(static_cast<const int32_t *>(step.weights)) {}

    // int32 (K, row): x and y in 1 / steps of a pixel, score.
    void run(int32_t *values, int64_t row) const {
        for (int64_t c = 0; c < in_.channels; c += 16) {
            Walks walks;
            const Sixteen best = walk(c, walks);
            for (int64_t k = c; k < std::min<int64_t>(c + 16, in_.channels); ++k) {
                const int64_t lane = k - c, total = walks.total[lane];
                int64_t sum_x = walks.sum_x[lane], sum_y = walks.sum_y[lane];
                if (!total) find(k, best[lane], sum_x, sum_y);
                values[k * row] = quotient(sum_x, total);
                values[k * row + 1] = quotient(sum_y, total);
                values[k * row + 2] = best[lane];
            }
        }
    }

private:
    // What is known of sixteen channels. A cell at the floor is above the first `peak`.
    struct Walks {
        int32_t peak[16], x[16] = {}, y[16] = {};
        int64_t total[16] = {}, sum_x[16] = {}, sum_y[16] = {};
        Walks() { std::fill(peak, peak + 16, INT32_MIN); }
    };

    // The largest values; of the cells at the floor, those that are new or near are added.
    Sixteen walk(int64_t c, Walks &walks) const {
        const auto floor = splat<Sixteen>(step_.floor), reach = splat<Sixteen>(step_.reach);
        const uint32_t used = in_.channels - c >= 16 ? 0xffff : (1u << (in_.channels - c)) - 1;
        const uint8_t *pixel = base_;
        Sixteen best = load_as<I32>(pixel, c);
        for (int32_t y = 0; y < in_.height; ++y)
            for (int32_t x = 0; x < in_.width; ++x, pixel += in_.stride) {
                const Sixteen value = load_as<I32>(pixel, c);
                best = larger(value, best);
                uint32_t cells = at_least(value, floor) & used;
                if (!cells) continue;
                const Sixteen columns = splat<Sixteen>(x) - load<Sixteen>(walks.x);
                const Sixteen rows = splat<Sixteen>(y) - load<Sixteen>(walks.y);
                const auto none = splat<Sixteen>(0);
                const uint32_t fresh = ~at_least(load<Sixteen>(walks.peak), value);
                const uint32_t near = at_least(reach, columns) & at_least(reach, rows) &
                                      at_least(columns + reach, none);
                for (cells &= fresh | near; cells; cells &= cells - 1) {
                    const int lane = __builtin_ctz(cells);
                    add(walks, lane, value[lane], x, y, fresh >> lane & 1, near >> lane & 1);
                }
            }
        return best;
    }

    void add(Walks &walks, int lane, int32_t value, int32_t x, int32_t y, bool fresh,
             bool near) const {
        if (fresh && !near) walks.total[lane] = walks.sum_x[lane] = walks.sum_y[lane] = 0;
        if (fresh) walks.peak[lane] = value, walks.x[lane] = x, walks.y[lane] = y;
        const uint32_t above = (uint32_t(value) - uint32_t(step_.floor)) >> step_.shift;
        const int64_t weight = weights_[std::min(above, 63u)];
        walks.total[lane] += weight;
        walks.sum_x[lane] += weight * x;
        walks.sum_y[lane] += weight * y;
    }

    // The first place of the maximum, where nothing is at the floor.
    void find(int64_t k, int32_t peak, int64_t &x, int64_t &y) const {
        const uint8_t *pixel = base_ + 4 * k;
        int64_t place = 0;
        while (load<int32_t>(pixel + place * in_.stride) != peak) ++place;
        x = place % in_.width, y = place / in_.width;
    }

    int32_t quotient(int64_t sum, int64_t total) const {
        return int32_t(total ? (step_.steps * sum + total / 2) / total : step_.steps * sum);
    }

    const Step &step_;
    const Tensor &in_;
    const uint8_t *base_;
    const int32_t *weights_;
};

}  // namespace emulator
