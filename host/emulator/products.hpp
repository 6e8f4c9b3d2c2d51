// SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
// SPDX-License-Identifier: BSD-3-Clause
// Integer dot products, tile by tile.
#pragma once

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

// Four products a lane: bytes 0..255 times bytes -128..127, added up.
EMULATOR_INLINE Ints add_four(Ints sum, Ints values, Ints weights) {
#if defined(EMULATOR_AVX512) && defined(__AVX512VNNI__)
    return (Ints)_mm512_dpbusd_epi32((__m512i)sum, (__m512i)values, (__m512i)weights);
#elif defined(EMULATOR_AVX2) && defined(__AVXVNNI__) && !defined(EMULATOR_AVX512)
    return (Ints)_mm256_dpbusd_avx_epi32((__m256i)sum, (__m256i)values, (__m256i)weights);
#else
    // Even and odd bytes as 16 bits, whose products cannot overflow.
    const auto w = (Shorts)weights;
    const auto x = (UnsignedShorts)values;
    return sum + pair_products((Shorts)(x & 255), (w << 8) >> 8) +
           pair_products((Shorts)(x >> 8), w >> 8);
#endif
}

template <class Part>
EMULATOR_INLINE Pair<Part> add_four(Pair<Part> sum, Pair<Part> values, Pair<Part> weights) {
    return {add_four(sum.low, values.low, weights.low),
            add_four(sum.high, values.high, weights.high)};
}

// Patches of bytes times weights (words of four, row, 4). Signed bytes are moved up by 128, which
// `bias` takes back. What follows a patch meets weights of 0.
template <bool Signed>
class ByteProducts {
public:
    // int32 (pixels, row) of patches.
    static void run(const int8_t *weights, const int32_t *bias, const Words &patches,
                    int32_t *sums, int64_t row) {
        int64_t c = 0;
        for (; row - c >= 16 * kVectors; c += 16 * kVectors)
            tiles<kVectors>(weights + 4 * c, bias + c, patches, sums + c, row);
        if (c < row) tiles<1>(weights + 4 * c, bias + c, patches, sums + c, row);
    }

private:
    // Sums of a tile stay in registers.
    static constexpr int kVectors = sizeof(Ints) == 64 ? 2 : 1;
    static constexpr int kPixels = sizeof(Ints) == 64 ? 8 : sizeof(Ints) == 32 ? 4 : 2;

    template <int Vectors>
    static void tiles(const int8_t *weights, const int32_t *bias, const Words &patches,
                      int32_t *sums, int64_t row) {
        const int64_t words = (patches.bytes + 3) / 4, step = patches.step;
        patches.each<kPixels>([=](const uint8_t *patch, int64_t pixel) {
            tile<Vectors>(weights, bias, patch, step, words, sums + pixel * row, row);
        });
    }

    // Patches times `Vectors` times 16 output channels.
    template <int Vectors>
    EMULATOR_INLINE void tile(const int8_t *weights, const int32_t *bias, const uint8_t *patch,
                              int64_t step, int64_t words, int32_t *sums, int64_t row) {
        constexpr int P = kPixels, V = Vectors;
        Sixteen sum[P][V];
#pragma GCC unroll 8
        for (int p = 0; p < P; ++p)
#pragma GCC unroll 2
            for (int v = 0; v < V; ++v) sum[p][v] = load<Sixteen>(bias + 16 * v);
        for (int64_t k = 0; k < words; ++k) {
            Sixteen weight[V];
#pragma GCC unroll 2
            for (int v = 0; v < V; ++v)
                weight[v] = load<Sixteen>(weights + 4 * (k * row + 16 * v));
#pragma GCC unroll 8
            for (int p = 0; p < P; ++p) {
                const auto four = load<int32_t>(patch + p * step + 4 * k);
                const auto values = splat<Sixteen>(four ^ (Signed ? int32_t(0x80808080) : 0));
#pragma GCC unroll 2
                for (int v = 0; v < V; ++v) sum[p][v] = add_four(sum[p][v], values, weight[v]);
            }
        }
#pragma GCC unroll 8
        for (int p = 0; p < P; ++p)
#pragma GCC unroll 2
            for (int v = 0; v < V; ++v) store(sums + p * row + 16 * v, sum[p][v]);
    }
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
