// SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
// SPDX-License-Identifier: BSD-3-Clause
// XOR and popcount by the CPU's own instruction: 64-bit lanes that count bits, tile by tile.
#pragma once

#include "words.hpp"

#ifndef EMULATOR_NIBBLES

namespace emulator {

// Lanes: `width` words of 64 bits; `add_ones` adds the ones of a ^ b to partial counts, which hold
// those of `limit` words; `totals` gives the counts of `Vectors` vectors. A tile is `pixels` times
// up to `vectors`, as many as the registers hold.
#if defined(EMULATOR_AVX512) && defined(__AVX512VPOPCNTDQ__)
struct Lanes {
    using Vector = __m512i;
    static constexpr int width = 8, pixels = 8, vectors = 3, limit = 1 << 28;
    static constexpr const char *name = "AVX-512 VPOPCNTDQ";
    EMULATOR_INLINE Vector zero() { return _mm512_setzero_si512(); }
    EMULATOR_INLINE Vector splat(uint64_t word) { return _mm512_set1_epi64((long long)word); }
    EMULATOR_INLINE Vector words(const uint64_t *from) { return _mm512_loadu_si512(from); }
    EMULATOR_INLINE Vector add_ones(Vector count, Vector a, Vector b) {
        return _mm512_add_epi64(count, _mm512_popcnt_epi64(_mm512_xor_si512(a, b)));
    }
    template <int Vectors>
    EMULATOR_INLINE void totals(const Vector *count, int32_t *to, bool) {
        const Vector low = _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28,
                                             30);
        for (int v = 0; v + 1 < Vectors; v += 2)
            store(to + 8 * v, _mm512_permutex2var_epi32(count[v], low, count[v + 1]));
        if (Vectors % 2) {
            const Vector last = count[Vectors - 1];
            store(to + 8 * (Vectors - 1),
                  _mm512_castsi512_si256(_mm512_permutex2var_epi32(last, low, last)));
        }
    }
};
#elif defined(EMULATOR_NEON)
struct Lanes {
    using Vector = uint8x16_t;
    static constexpr int width = 2, pixels = 4, vectors = 4, limit = 31;
    static constexpr const char *name = "NEON";
    EMULATOR_INLINE Vector zero() { return vdupq_n_u8(0); }
    EMULATOR_INLINE Vector splat(uint64_t word) { return vreinterpretq_u8_u64(vdupq_n_u64(word)); }
    EMULATOR_INLINE Vector words(const uint64_t *from) {
        return vreinterpretq_u8_u64(vld1q_u64(from));
    }
    EMULATOR_INLINE Vector add_ones(Vector count, Vector a, Vector b) {
        return vaddq_u8(count, vcntq_u8(veorq_u8(a, b)));
    }
    template <int Vectors>
    EMULATOR_INLINE void totals(const Vector *count, int32_t *to, bool first) {
        for (int v = 0; v < Vectors; ++v, to += 2) {
            const uint64x2_t sums = vpaddlq_u32(vpaddlq_u16(vpaddlq_u8(count[v])));
            to[0] = (first ? 0 : to[0]) + int32_t(vgetq_lane_u64(sums, 0));
            to[1] = (first ? 0 : to[1]) + int32_t(vgetq_lane_u64(sums, 1));
        }
    }
};
#else
// Without any instruction to help: pairs, fours and bytes of bits, by shifts and additions.
struct Lanes {
    typedef uint64_t Vector __attribute__((vector_size(16)));
    static constexpr int width = 2, pixels = 2, vectors = 2, limit = 31;
    static constexpr const char *name = "portable";
    EMULATOR_INLINE Vector zero() { return Vector{}; }
    EMULATOR_INLINE Vector splat(uint64_t word) { return Vector{} + word; }
    EMULATOR_INLINE Vector words(const uint64_t *from) { return load<Vector>(from); }
    EMULATOR_INLINE Vector add_ones(Vector count, Vector a, Vector b) {
        Vector x = a ^ b;
        x -= (x >> 1) & 0x5555555555555555;
        x = (x & 0x3333333333333333) + ((x >> 2) & 0x3333333333333333);
        return count + ((x + (x >> 4)) & 0x0f0f0f0f0f0f0f0f);
    }
    template <int Vectors>
    EMULATOR_INLINE void totals(const Vector *count, int32_t *to, bool first) {
        constexpr uint64_t low = 0x00ff00ff00ff00ff, sum = 0x0001000100010001;
        for (int v = 0; v < Vectors; ++v)
            for (int lane = 0; lane < 2; ++lane, ++to) {
                const uint64_t bytes = count[v][lane];
                const uint64_t pairs = (bytes & low) + (bytes >> 8 & low);
                *to = (first ? 0 : *to) + int32_t(pairs * sum >> 48);
            }
    }
};
#endif

// Patches times `Vectors` vectors of output channels, Lanes::pixels patches a tile.
template <int Vectors>
class XnorTile {
public:
    EMULATOR_APART static void run(const uint64_t *weights, int64_t outputs,
                                   const Words &patches, int32_t *counts, int64_t row) {
        const int64_t words = (patches.bytes + 7) / 8, step = patches.step;
        const uint64_t mask = ~uint64_t(0) >> (-8 * patches.bytes & 63);
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

// Ones of patch ^ weights of all output channels.
class XnorMatrix {
public:
    static constexpr const char *name = Lanes::name;

    // Weights (words, outputs), which must live on; `outputs` is a multiple of 8.
    XnorMatrix(const uint64_t *weights, int64_t outputs, int64_t)
        : weights_(weights), outputs_(outputs) {}

    // int32 (pixels, row) of patches.
    void multiply(const Words &patches, int32_t *counts, int64_t row) const {
        for (int64_t c = 0; c < outputs_;) {
            const int64_t left = (outputs_ - c) / Lanes::width;
            // Two by two rather than three and one.
            if (left >= Lanes::vectors && (Lanes::vectors != 3 || left != 4))
                c += run<Lanes::vectors>(c, patches, counts, row);
            else if (left >= 2)
                c += run<2>(c, patches, counts, row);
            else
                c += run<1>(c, patches, counts, row);
        }
    }

private:
    template <int Vectors>
    int64_t run(int64_t c, const Words &patches, int32_t *counts, int64_t row) const {
        XnorTile<Vectors>::run(weights_ + c, outputs_, patches, counts + c, row);
        return Vectors * Lanes::width;
    }

    const uint64_t *weights_;
    int64_t outputs_;
};

}  // namespace emulator

#endif
