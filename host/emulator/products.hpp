// SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
// SPDX-License-Identifier: BSD-3-Clause
// Matrix times patches, tile by tile: XOR and popcount of bits, and integer dot products.
#pragma once

#include "lanes.hpp"

namespace emulator {

// One tile: Lanes::pixels patches times `Vectors` vectors of output channels.
template <int Vectors>
static void xnor_tile(const uint64_t *weights, int64_t outputs, const uint8_t *patches,
                      int64_t patch_bytes, int32_t *counts, int64_t row) {
    constexpr int P = Lanes::pixels, V = Vectors;
    const int64_t words = patch_bytes / 8;
    for (int64_t begin = 0; begin < words; begin += Lanes::limit) {
        const int64_t end = words - begin < Lanes::limit ? words : begin + Lanes::limit;
        typename Lanes::Vector sum[P][V];
#pragma GCC unroll 8
        for (int p = 0; p < P; ++p)
#pragma GCC unroll 4
            for (int v = 0; v < V; ++v) sum[p][v] = Lanes::zero();
        for (int64_t k = begin; k < end; ++k) {
            typename Lanes::Vector weight[V];
#pragma GCC unroll 4
            for (int v = 0; v < V; ++v)
                weight[v] = Lanes::words(weights + k * outputs + v * Lanes::width);
#pragma GCC unroll 8
            for (int p = 0; p < P; ++p) {
                const auto bits = Lanes::splat(load<uint64_t>(patches + p * patch_bytes + 8 * k));
#pragma GCC unroll 4
                for (int v = 0; v < V; ++v)
                    sum[p][v] = Lanes::add_ones(sum[p][v], bits, weight[v]);
            }
        }
#pragma GCC unroll 8
        for (int p = 0; p < P; ++p)
#pragma GCC unroll 4
            for (int v = 0; v < V; ++v)
                Lanes::total(sum[p][v], counts + p * row + v * Lanes::width, begin == 0);
    }
}

// Ones of patch ^ weights, word-major (words, outputs): int32 (pixels, row). Pixels up to the next
// whole tile are computed too; `outputs` is a multiple of 8.
static inline void xnor_products(const uint64_t *weights, int64_t outputs, const uint8_t *patches,
                                 int64_t patch_bytes, int64_t pixels, int32_t *counts,
                                 int64_t row) {
    for (int64_t p = 0; p < pixels; p += Lanes::pixels) {
        const uint8_t *first = patches + p * patch_bytes;
        for (int64_t c = 0; c < outputs;) {
            const int64_t left = (outputs - c) / Lanes::width;
            int32_t *to = counts + p * row + c;
            // Two by two rather than three and one.
            if (left >= Lanes::vectors && (Lanes::vectors != 3 || left != 4)) {
                xnor_tile<Lanes::vectors>(weights + c, outputs, first, patch_bytes, to, row);
                c += Lanes::vectors * Lanes::width;
            } else if (left >= 2) {
                xnor_tile<2>(weights + c, outputs, first, patch_bytes, to, row);
                c += 2 * Lanes::width;
            } else {
                xnor_tile<1>(weights + c, outputs, first, patch_bytes, to, row);
                c += Lanes::width;
            }
        }
    }
}

// Four products a lane: bytes 0..255 times bytes -128..127, added up.
EMULATOR_INLINE Sixteen add_four(Sixteen sum, uint32_t values, const int8_t *weights) {
#if !defined(EMULATOR_PORTABLE) && defined(__AVX512VNNI__)
    const __m512i splat = _mm512_set1_epi32(int32_t(values));
    return (Sixteen)_mm512_dpbusd_epi32((__m512i)sum, splat, _mm512_loadu_si512(weights));
#else
    const Sixteen four = load<Sixteen>(weights);
    for (int k = 0; k < 4; ++k)
        sum += ((four << (24 - 8 * k)) >> 24) * int32_t(values >> (8 * k) & 255);
    return sum;
#endif
}

// Patches of bytes 0..255 (those of signed tensors moved up by 128, which `bias` takes back) times
// weights (patch_bytes / 4, row, 4): int32 (pixels, row). Pixels up to the next eight too.
static inline void byte_products(const int8_t *weights, const int32_t *bias,
                                 const uint8_t *patches, int64_t patch_bytes, int64_t pixels,
                                 int32_t *sums, int64_t row) {
    constexpr int P = 8;
    for (int64_t p = 0; p < pixels; p += P)
        for (int64_t c = 0; c < row; c += 16) {
            Sixteen sum[P];
#pragma GCC unroll 8
            for (int i = 0; i < P; ++i) sum[i] = load<Sixteen>(bias + c);
            for (int64_t k = 0; k < patch_bytes; k += 4)
#pragma GCC unroll 8
                for (int i = 0; i < P; ++i) {
                    const uint8_t *patch = patches + (p + i) * patch_bytes;
                    sum[i] = add_four(sum[i], load<uint32_t>(patch + k), weights + k * row + 4 * c);
                }
#pragma GCC unroll 8
            for (int i = 0; i < P; ++i) store(sums + (p + i) * row + c, sum[i]);
        }
}

// Any integers: values (pixels, depth) times weights (depth, row). Overflow on the way is no harm.
static inline void products(const int32_t *weights, const int32_t *values, int64_t depth,
                            int64_t value_row, int64_t pixels, int32_t *sums, int64_t row) {
    typedef uint32_t Modular __attribute__((vector_size(64)));
    for (int64_t p = 0; p < pixels; ++p)
        for (int64_t c = 0; c < row; c += 16) {
            Modular sum = {};
            for (int64_t k = 0; k < depth; ++k)
                sum += load<Modular>(weights + k * row + c) * uint32_t(values[p * value_row + k]);
            store(sums + p * row + c, sum);
        }
}

}  // namespace emulator
