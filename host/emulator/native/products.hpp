// SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
// SPDX-License-Identifier: BSD-3-Clause
// Integer dot products, tile by tile.
#pragma once

#include <cstdlib>

#include "words.hpp"

namespace emulator {

typedef int16_t Shorts __attribute__((vector_size(sizeof(Ints))));
typedef uint16_t UnsignedShorts __attribute__((vector_size(sizeof(Ints))));

// Of 16-bit lanes, products added up two by two.
EMULATOR_INLINE Ints pair_products(Shorts a, Shorts b) {
#if defined(EMULATOR_AVX512)
    return (Ints)_mm512_madd_epi16((__m512i)a, (__m512i)b);
#elif defined(EMULATOR_AVX2)
    return (Ints)_mm256_madd_epi16((__m256i)a, (__m256i)b);
#elif defined(EMULATOR_SSE2)
    return (Ints)_mm_madd_epi16((__m128i)a, (__m128i)b);
#elif defined(EMULATOR_NEON)
    const auto x = (int16x8_t)a, y = (int16x8_t)b;
    const int32x4_t low = vmull_s16(vget_low_s16(x), vget_low_s16(y));
    const int32x4_t high = vmull_s16(vget_high_s16(x), vget_high_s16(y));
    return (Ints)vcombine_s32(vpadd_s32(vget_low_s32(low), vget_high_s32(low)),
                              vpadd_s32(vget_low_s32(high), vget_high_s32(high)));
#else
    const Ints x = (Ints)a, y = (Ints)b;
    return ((x << 16) >> 16) * ((y << 16) >> 16) + (x >> 16) * (y >> 16);
#endif
}

#if defined(EMULATOR_AVX512) && defined(__AVX512VNNI__)
#define EMULATOR_FOUR _mm512_dpbusd_epi32
using Register = __m512i;
#elif defined(EMULATOR_AVX2) && defined(__AVXVNNI__) && !defined(EMULATOR_AVX512)
#define EMULATOR_FOUR _mm256_dpbusd_avx_epi32
using Register = __m256i;
#elif defined(EMULATOR_AVX512)
#define EMULATOR_TWO(a, b) _mm512_maddubs_epi16((__m512i)a, (__m512i)b)
#elif defined(EMULATOR_AVX2)
#define EMULATOR_TWO(a, b) _mm256_maddubs_epi16((__m256i)a, (__m256i)b)
#elif defined(EMULATOR_SSE2) && defined(__SSSE3__)
#define EMULATOR_TWO(a, b) _mm_maddubs_epi16((__m128i)a, (__m128i)b)
#endif

// Four products a lane: bytes 0..255 times bytes -128..127, added up.
EMULATOR_INLINE Ints add_four(Ints sum, Ints values, Ints weights) {
#ifdef EMULATOR_FOUR
    return (Ints)EMULATOR_FOUR((Register)sum, (Register)values, (Register)weights);
#else
    // Even and odd bytes as 16 bits, whose products cannot overflow.
    const auto w = (Shorts)weights;
    const auto x = (UnsignedShorts)values;
    return sum + pair_products((Shorts)(x & 255), (w << 8) >> 8) +
           pair_products((Shorts)(x >> 8), w >> 8);
#endif
}

#ifdef EMULATOR_TWO
// Two products each half of a lane, added up in 16 bits.
EMULATOR_INLINE Ints add_two(Ints sum, Ints values, Ints weights) {
    return (Ints)((Shorts)sum + (Shorts)EMULATOR_TWO(values, weights));
}

EMULATOR_INLINE Ints halves_added(Ints sum) { return pair_products((Shorts)sum, Shorts{} + 1); }

template <class Part>
EMULATOR_INLINE Pair<Part> add_two(Pair<Part> sum, Pair<Part> values, Pair<Part> weights) {
    return {add_two(sum.low, values.low, weights.low),
            add_two(sum.high, values.high, weights.high)};
}

template <class Part>
EMULATOR_INLINE Pair<Part> halves_added(Pair<Part> sum) {
    return {halves_added(sum.low), halves_added(sum.high)};
}
#endif

template <class Part>
EMULATOR_INLINE Pair<Part> add_four(Pair<Part> sum, Pair<Part> values, Pair<Part> weights) {
    return {add_four(sum.low, values.low, weights.low),
            add_four(sum.high, values.high, weights.high)};
}

// Every byte of the first moved up by that of the second.
template <class Vector>
EMULATOR_INLINE Vector moved_up(Vector a, Vector b) {
    if constexpr (is_pair<Vector>) {
        return {moved_up(a.low, b.low), moved_up(a.high, b.high)};
    } else {
        typedef uint8_t Octets __attribute__((vector_size(sizeof(Ints))));
        return (Vector)((Octets)a + (Octets)b);
    }
}

// Patches of bytes times weights (words of four, row, 4). Signed values, the least -moved, are
// moved up by as much, which `bias` takes back. What follows a patch meets weights of 0. Weights
// and bias must live on.
class ByteMatrix {
public:
    ByteMatrix(const int8_t *weights, const int32_t *bias, int64_t words, int64_t row,
               int32_t moved)
        : weights_(weights), bias_(bias), row_(row), words_(words), moved_(moved) {
        int32_t largest = 1;
        for (int64_t i = 0; i < 4 * words * row; i += 2)
            largest = std::max(largest, std::abs(weights[i]) + std::abs(weights[i + 1]));
        turn_ = 32767 / (largest * (moved ? 2 * moved - 1 : 255));
    }

    // int32 (pixels, row) of patches.
    void multiply(const Words &patches, int32_t *sums) const {
        for (int64_t c = 0; c < row_;) {
            if (moved_) c += channels<kVectors, true>(c, patches, sums);
            else c += channels<kVectors, false>(c, patches, sums);
        }
    }

private:
    // Pixels and vectors of a tile, whose sums stay in registers.
    static constexpr int kVectors = sizeof(Ints) == 64 ? 5 : 1;
    static constexpr int pixels(int vectors) {
        return sizeof(Ints) == 64 ? (vectors > 2 ? 4 : 8) : sizeof(Ints) == 32 ? 4 : 2;
    }
    template <int V>
    using Tile = Sixteen[pixels(V)][V];

    // `V` vectors of channels or as many as there are; returns how many channels.
    template <int V, bool Moved>
    int64_t channels(int64_t c, const Words &patches, int32_t *sums) const {
        if constexpr (V > 1) {
            if (row_ - c < 16 * V) return channels<V - 1, Moved>(c, patches, sums);
        }
        tiles<V, Moved>(c, patches, sums + c);
        return 16 * V;
    }

    template <int V, bool Moved>
    EMULATOR_APART void tiles(int64_t c, const Words &patches, int32_t *sums) const {
        const int64_t row = row_, words = words_, turn = turn_, step = patches.step;
        const auto up = splat<Sixteen>(Moved ? int32_t(0x01010101 * uint32_t(moved_)) : 0);
        const int8_t *weights = weights_ + 4 * c;
        const int32_t *bias = bias_ + c;
        constexpr int P = pixels(V);
        patches.each<P>([=](const uint8_t *patch, int64_t pixel) {
            Tile<V> sum;
#pragma GCC unroll 8
            for (int p = 0; p < P; ++p)
#pragma GCC unroll 5
                for (int v = 0; v < V; ++v) sum[p][v] = load<Sixteen>(bias + 16 * v);
            add<V, Moved>(sum, weights, row, patch, step, words, turn, up);
            int32_t *to = sums + pixel * row;
#pragma GCC unroll 8
            for (int p = 0; p < P; ++p)
#pragma GCC unroll 5
                for (int v = 0; v < V; ++v) store(to + p * row + 16 * v, sum[p][v]);
        });
    }

    template <int V, bool Moved>
    EMULATOR_INLINE void add(Tile<V> &sum, const int8_t *weights, int64_t row,
                             const uint8_t *patch, int64_t step, int64_t words, int64_t turn,
                             Sixteen up) {
#ifdef EMULATOR_TWO
        // In 16 bits as long as they hold the sums.
        for (int64_t k = 0; turn > 1 && k < words; k += turn) {
            constexpr int P = pixels(V);
            Tile<V> part = {};
            each<V, Moved>(part, weights, row, patch, step, k, std::min(k + turn, words), up,
                           [](auto... x) { return add_two(x...); });
#pragma GCC unroll 8
            for (int p = 0; p < P; ++p)
#pragma GCC unroll 5
                for (int v = 0; v < V; ++v) sum[p][v] = sum[p][v] + halves_added(part[p][v]);
        }
        if (turn > 1) return;
#else
        (void)turn;
#endif
        each<V, Moved>(sum, weights, row, patch, step, 0, words, up,
                       [](auto... x) { return add_four(x...); });
    }

    // sum = operation(sum, values, weights) for some words.
    template <int V, bool Moved, class Operation>
    EMULATOR_INLINE void each(Tile<V> &sum, const int8_t *weights, int64_t row,
                              const uint8_t *patch, int64_t step, int64_t begin, int64_t end,
                              Sixteen up, Operation operation) {
        constexpr int P = pixels(V);
        for (int64_t k = begin; k < end; ++k) {
            Sixteen weight[V];
#pragma GCC unroll 5
            for (int v = 0; v < V; ++v)
                weight[v] = load<Sixteen>(weights + 4 * (k * row + 16 * v));
#pragma GCC unroll 8
            for (int p = 0; p < P; ++p) {
                auto values = splat<Sixteen>(load<int32_t>(patch + p * step + 4 * k));
                if (Moved) values = moved_up(values, up);
#pragma GCC unroll 5
                for (int v = 0; v < V; ++v) sum[p][v] = operation(sum[p][v], values, weight[v]);
            }
        }
    }

    const int8_t *weights_;
    const int32_t *bias_;
    int64_t row_, words_, turn_;
    int32_t moved_;
};

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
