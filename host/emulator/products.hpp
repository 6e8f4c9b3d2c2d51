// SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
// SPDX-License-Identifier: BSD-3-Clause
// Matrix times patches, tile by tile: XOR and popcount of bits, and integer dot products.
#pragma once

#include "lanes.hpp"

namespace emulator {

// Patches of `count` words each, `step` bytes apart in a row of `pixels`, rows `next` bytes apart.
// Of the last word, `mask` tells the bits that count. Tiles go on past the end of a row, and write
// there; the next row puts that right.
struct Words {
    const uint8_t *first;
    int64_t count, step, pixels, next, rows;
    uint64_t mask;

    // Calls tile(first patch, first pixel) for every `P` pixels.
    template <int64_t P, class Tile>
    void each(Tile tile) const {
        for (int64_t y = 0; y < rows; ++y) {
            const uint8_t *patch = first + y * next;
            for (int64_t x = 0; x < pixels; x += P, patch += P * step) tile(patch, y * pixels + x);
        }
    }
};

// Patches times `Vectors` vectors of output channels, Lanes::pixels patches a tile.
template <int Vectors>
class XnorTile {
public:
    static void run(const uint64_t *weights, int64_t outputs, const Words &patches,
                    int32_t *counts, int64_t row) {
        const int64_t words = patches.count, step = patches.step;
        const uint64_t mask = patches.mask;
        patches.each<P>([=](const uint8_t *patch, int64_t pixel) {
            tile(weights, outputs, patch, step, words, mask, counts + pixel * row, row);
        });
    }

private:
    static constexpr int P = Lanes::pixels, V = Vectors;
    using Sums = typename Lanes::Vector[P][V];

    // The last word comes first: its mask costs nothing there.
    EMULATOR_INLINE void tile(const uint64_t *weights, int64_t outputs, const uint8_t *patch,
                              int64_t step, int64_t words, uint64_t mask, int32_t *counts,
                              int64_t row) {
        const int64_t last = words - 1, first = last < Lanes::limit ? last : Lanes::limit - 1;
        Sums sums;
        set<true>(sums, weights + last * outputs, patch + 8 * last, step, mask);
        add(sums, weights, outputs, patch, step, 0, first);
        give(sums, counts, row, true);
        for (int64_t begin = first; begin < last; begin += Lanes::limit) {
            const int64_t end = last - begin < Lanes::limit ? last : begin + Lanes::limit;
            const uint64_t all = ~uint64_t(0);
            set<true>(sums, weights + begin * outputs, patch + 8 * begin, step, all);
            add(sums, weights, outputs, patch, step, begin + 1, end);
            give(sums, counts, row, false);
        }
    }

    EMULATOR_INLINE void add(Sums &sums, const uint64_t *weights, int64_t outputs,
                             const uint8_t *patch, int64_t step, int64_t begin, int64_t end) {
        for (int64_t k = begin; k < end; ++k)
            set<false>(sums, weights + k * outputs, patch + 8 * k, step, ~uint64_t(0));
    }

    // Sums begin with a word, or go on with it.
    template <bool Begin>
    EMULATOR_INLINE void set(Sums &sums, const uint64_t *weights, const uint8_t *patch,
                             int64_t step, uint64_t mask) {
        typename Lanes::Vector weight[V];
#pragma GCC unroll 4
        for (int v = 0; v < V; ++v) weight[v] = Lanes::words(weights + v * Lanes::width);
#pragma GCC unroll 8
        for (int p = 0; p < P; ++p) {
            const auto word = load<uint64_t>(patch + p * step);
            const auto bits = Lanes::splat(word & mask);
#pragma GCC unroll 4
            for (int v = 0; v < V; ++v)
                sums[p][v] = Lanes::add_ones(Begin ? Lanes::zero() : sums[p][v], bits, weight[v]);
        }
    }

    EMULATOR_INLINE void give(const Sums &sums, int32_t *counts, int64_t row, bool first) {
#pragma GCC unroll 8
        for (int p = 0; p < P; ++p) Lanes::totals<V>(sums[p], counts + p * row, first);
    }
};

// Ones of patch ^ weights, word-major (words, outputs): int32 (pixels, row). `outputs` is a
// multiple of 8.
static inline void xnor_products(const uint64_t *weights, int64_t outputs,
                                 const Words &patches, int32_t *counts, int64_t row) {
    for (int64_t c = 0; c < outputs;) {
        const int64_t left = (outputs - c) / Lanes::width;
        const uint64_t *from = weights + c;
        // Two by two rather than three and one.
        if (left >= Lanes::vectors && (Lanes::vectors != 3 || left != 4)) {
            XnorTile<Lanes::vectors>::run(from, outputs, patches, counts + c, row);
            c += Lanes::vectors * Lanes::width;
        } else if (left >= 2) {
            XnorTile<2>::run(from, outputs, patches, counts + c, row);
            c += 2 * Lanes::width;
        } else {
            XnorTile<1>::run(from, outputs, patches, counts + c, row);
            c += Lanes::width;
        }
    }
}

// Four products a lane: bytes 0..255 times bytes -128..127, added up.
EMULATOR_INLINE Sixteen add_four(Sixteen sum, Sixteen values, Sixteen weights) {
#if !defined(EMULATOR_PORTABLE) && defined(__AVX512VNNI__)
    return (Sixteen)_mm512_dpbusd_epi32((__m512i)sum, (__m512i)values, (__m512i)weights);
#elif defined(EMULATOR_HALVES)
    // Even and odd bytes as 16 bits, whose products cannot overflow.
    return sum + by_halves(values, weights, [](__m256i x, __m256i w) {
        const __m256i low = _mm256_set1_epi32(0x00ff00ff);
        const __m256i even = _mm256_srai_epi16(_mm256_slli_epi16(w, 8), 8);
        return _mm256_add_epi32(
            _mm256_madd_epi16(_mm256_and_si256(x, low), even),
            _mm256_madd_epi16(_mm256_srli_epi16(x, 8), _mm256_srai_epi16(w, 8)));
    });
#else
    for (int k = 0; k < 4; ++k)
        sum += ((weights << (24 - 8 * k)) >> 24) * (values >> (8 * k) & 255);
    return sum;
#endif
}

// One tile: eight patches times `Vectors` times 16 output channels.
template <int Vectors, bool Signed>
EMULATOR_INLINE void byte_tile(const int8_t *weights, const int32_t *bias, const uint8_t *patch,
                               int64_t step, int64_t words, int32_t *sums, int64_t row) {
    constexpr int P = 8, V = Vectors;
    Sixteen sum[P][V];
#pragma GCC unroll 8
    for (int p = 0; p < P; ++p)
#pragma GCC unroll 2
        for (int v = 0; v < V; ++v) sum[p][v] = load<Sixteen>(bias + 16 * v);
    for (int64_t k = 0; k < words; ++k) {
        Sixteen weight[V];
#pragma GCC unroll 2
        for (int v = 0; v < V; ++v) weight[v] = load<Sixteen>(weights + 4 * (k * row + 16 * v));
#pragma GCC unroll 8
        for (int p = 0; p < P; ++p) {
            const auto four = load<int32_t>(patch + p * step + 4 * k);
            const Sixteen values = (Sixteen{} + four) ^ (Signed ? int32_t(0x80808080) : 0);
#pragma GCC unroll 2
            for (int v = 0; v < V; ++v) sum[p][v] = add_four(sum[p][v], values, weight[v]);
        }
    }
#pragma GCC unroll 8
    for (int p = 0; p < P; ++p)
#pragma GCC unroll 2
        for (int v = 0; v < V; ++v) store(sums + p * row + 16 * v, sum[p][v]);
}

template <int Vectors, bool Signed>
static void byte_rows(const int8_t *weights, const int32_t *bias, const Words &patches,
                      int32_t *sums, int64_t row) {
    const int64_t words = patches.count, step = patches.step;
    patches.each<8>([=](const uint8_t *patch, int64_t pixel) {
        byte_tile<Vectors, Signed>(weights, bias, patch, step, words, sums + pixel * row, row);
    });
}

// Patches of bytes, words of four, times weights (words, row, 4): int32 (pixels, row). Signed bytes
// are moved up by 128, which `bias` takes back. What follows a patch meets weights of 0.
template <bool Signed>
static inline void byte_products(const int8_t *weights, const int32_t *bias, const Words &patches,
                                 int32_t *sums, int64_t row) {
    int64_t c = 0;
    for (; row - c >= 32; c += 32)
        byte_rows<2, Signed>(weights + 4 * c, bias + c, patches, sums + c, row);
    if (c < row) byte_rows<1, Signed>(weights + 4 * c, bias + c, patches, sums + c, row);
}

// Any integers: values (pixels, depth) times weights (depth, row). Overflow on the way is no harm.
static inline void products(const int32_t *weights, const int32_t *values, int64_t depth,
                            int64_t pixels, int32_t *sums, int64_t row) {
    typedef uint32_t Modular __attribute__((vector_size(64)));
    for (int64_t p = 0; p < pixels; ++p)
        for (int64_t c = 0; c < row; c += 16) {
            Modular sum = {};
            for (int64_t k = 0; k < depth; ++k)
                sum += load<Modular>(weights + k * row + c) * uint32_t(values[p * depth + k]);
            store(sums + p * row + c, sum);
        }
}

}  // namespace emulator
