// SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
// SPDX-License-Identifier: BSD-3-Clause
// XOR and popcount where the CPU counts no bits but looks sixteen bytes up at once: every four bits
// of a patch choose a table, in which four bits of each channel's weights find their ones.
#pragma once

#include "words.hpp"

#ifdef EMULATOR_NIBBLES

namespace emulator {

// popcount(a ^ b) of nibbles a and b; the table is there twice, for the 32-byte shuffle.
struct Ones {
    uint8_t of[16][32] = {};
    constexpr Ones() {
        for (int a = 0; a < 16; ++a)
            for (int b = 0; b < 32; ++b)
                for (int bit = 0; bit < 4; ++bit) of[a][b] += uint8_t((a ^ b) >> bit & 1);
    }
};

// A register of bytes; `even` and `odd` are its bytes as 16 bits.
#if defined(EMULATOR_AVX2)
struct Octets {
    using Vector = __m256i;
    static constexpr const char *name = "AVX2";
    EMULATOR_INLINE Vector found(Vector table, Vector index) {
        return _mm256_shuffle_epi8(table, index);
    }
    EMULATOR_INLINE Vector sum(Vector a, Vector b) { return _mm256_add_epi8(a, b); }
    EMULATOR_INLINE Vector sum_words(Vector a, Vector b) { return _mm256_add_epi16(a, b); }
    EMULATOR_INLINE Vector even(Vector x) {
        return _mm256_and_si256(x, _mm256_set1_epi16(255));
    }
    EMULATOR_INLINE Vector odd(Vector x) { return _mm256_srli_epi16(x, 8); }
    // The first half of `a`, the second of `b`.
    EMULATOR_INLINE Vector halves(Vector a, Vector b) { return _mm256_blend_epi32(a, b, 0xf0); }
    // Either half's sixteen counts to their places.
    EMULATOR_INLINE void give(Vector even, Vector odd, int32_t *first, int32_t *second) {
        const Vector low = _mm256_unpacklo_epi16(even, odd);
        const Vector high = _mm256_unpackhi_epi16(even, odd);
        store(first, _mm256_cvtepu16_epi32(_mm256_castsi256_si128(low)));
        store(first + 8, _mm256_cvtepu16_epi32(_mm256_castsi256_si128(high)));
        store(second, _mm256_cvtepu16_epi32(_mm256_extracti128_si256(low, 1)));
        store(second + 8, _mm256_cvtepu16_epi32(_mm256_extracti128_si256(high, 1)));
    }
};
#else
struct Octets {
    using Vector = __m128i;
    static constexpr const char *name = "SSSE3";
    EMULATOR_INLINE Vector found(Vector table, Vector index) {
        return _mm_shuffle_epi8(table, index);
    }
    EMULATOR_INLINE Vector sum(Vector a, Vector b) { return _mm_add_epi8(a, b); }
    EMULATOR_INLINE Vector sum_words(Vector a, Vector b) { return _mm_add_epi16(a, b); }
    EMULATOR_INLINE Vector even(Vector x) { return _mm_and_si128(x, _mm_set1_epi16(255)); }
    EMULATOR_INLINE Vector odd(Vector x) { return _mm_srli_epi16(x, 8); }
    // With sixteen channels a vector none are left over.
    EMULATOR_INLINE Vector halves(Vector a, Vector) { return a; }
    EMULATOR_INLINE void give(Vector even, Vector odd, int32_t *to, int32_t *) {
        const Vector zero = _mm_setzero_si128();
        const Vector low = _mm_unpacklo_epi16(even, odd), high = _mm_unpackhi_epi16(even, odd);
        store(to, _mm_unpacklo_epi16(low, zero));
        store(to + 4, _mm_unpackhi_epi16(low, zero));
        store(to + 8, _mm_unpacklo_epi16(high, zero));
        store(to + 12, _mm_unpackhi_epi16(high, zero));
    }
};
#endif

constexpr Ones kOnes = Ones();

// Some pixels times `Groups` of sixteen output channels: whole vectors a pixel, and where half a
// vector is left over one for every two pixels.
template <int Groups>
class NibbleTile {
    using Vector = Octets::Vector;
    static constexpr int kGroups = sizeof(Vector) / 16, kWhole = Groups / kGroups;
    static constexpr int kShared = Groups % kGroups, kTwo = 2 * kWhole + kShared;

public:
    // Their sums stay in registers.
    static constexpr int pixels = kTwo <= 1 ? 8 : kTwo <= 4 ? 4 : 2;

    // Adds the ones of all nibbles; `place` (pixels, step), `index` (nibbles, columns).
    inline __attribute__((always_inline)) void add(const uint16_t *place, int64_t step,
                                                   int64_t nibbles, const uint8_t *index,
                                                   int64_t columns) {
        for (int64_t begin = 0; begin < nibbles; begin += kNibbles) {
            const int64_t end = std::min(begin + kNibbles, nibbles);
            Vector sums[kVectors] = {};
#pragma GCC unroll 4
            for (int64_t k = begin; k < end; ++k) one(sums, place + k, step, index + k * columns);
#pragma GCC unroll 16
            for (int i = 0; i < kVectors; ++i) {
                even_[i] = Octets::sum_words(even_[i], Octets::even(sums[i]));
                odd_[i] = Octets::sum_words(odd_[i], Octets::odd(sums[i]));
            }
        }
    }

    // int32 (pixels, row).
    inline __attribute__((always_inline)) void give(int32_t *counts, int64_t row) const {
        int i = 0;
#pragma GCC unroll 8
        for (int p = 0; p < pixels; ++p) {
            int32_t *to = counts + p * row;
#pragma GCC unroll 4
            for (int v = 0; v < kWhole; ++v, ++i, to += 16 * kGroups)
                Octets::give(even_[i], odd_[i], to, to + 16);
            if (kShared && p % 2) Octets::give(even_[i], odd_[i], to - row, to), ++i;
        }
    }

private:
    static constexpr int kVectors = pixels * kWhole + pixels / 2 * kShared;
    // As many nibbles as a byte can hold the ones of.
    static constexpr int64_t kNibbles = 63;

    EMULATOR_INLINE void one(Vector *sums, const uint16_t *place, int64_t step,
                             const uint8_t *index) {
        Vector nibbles[kWhole + kShared], before{};
#pragma GCC unroll 4
        for (int v = 0; v < kWhole + kShared; ++v)
            nibbles[v] = load<Vector>(index + v * int64_t(sizeof(Vector)));
        int i = 0;
#pragma GCC unroll 8
        for (int p = 0; p < pixels; ++p) {
            const auto table = load<Vector>(&kOnes.of[0][0] + place[p * step]);
#pragma GCC unroll 4
            for (int v = 0; v < kWhole; ++v, ++i)
                sums[i] = Octets::sum(sums[i], Octets::found(table, nibbles[v]));
            if (kShared && p % 2) {
                const auto both = Octets::halves(before, table);
                sums[i] = Octets::sum(sums[i], Octets::found(both, nibbles[kWhole]));
                ++i;
            }
            before = table;
        }
    }

    Vector even_[kVectors] = {}, odd_[kVectors] = {};
};

// Ones of patch ^ weights of all output channels, by nibbles.
class XnorMatrix {
public:
    static constexpr const char *name = Octets::name;

    // Weights (words, outputs); `outputs` is a multiple of 8.
    XnorMatrix(const uint64_t *weights, int64_t outputs, int64_t words)
        : columns_(round_up(outputs, 32)), index_(size_t(16 * words * columns_)) {
        for (int64_t k = 0; k < 16 * words; ++k)
            for (int64_t c = 0; c < outputs; ++c)
                index_[size_t(k * columns_ + c)] =
                    uint8_t(weights[k / 16 * outputs + c] >> 4 * (k % 16) & 15);
        // The last sixteen of an odd number share their vector with those of another pixel.
        const int64_t row = round_up(outputs, 16);
        for (int64_t k = 0; row < columns_ && k < 16 * words; ++k)
            std::memcpy(&index_[size_t(k * columns_ + row)],
                        &index_[size_t(k * columns_ + row - 16)], 16);
    }

    // int32 (pixels, row) of patches.
    void multiply(const Words &patches, int32_t *counts, int64_t row) {
        for (int64_t y = 0; y < patches.rows; ++y, counts += patches.pixels * row) {
            spread(patches.first + y * patches.next, patches);
            for (int64_t c = 0; c < row;) {
                const int64_t groups = std::min<int64_t>((row - c) / 16, 4);
                run(int(groups), patches, c, counts + c, row);
                c += 16 * groups;
            }
        }
    }

private:
    // Every nibble of a row as its table's place.
    EMULATOR_APART void spread(const uint8_t *row, const Words &patches) {
        const int64_t last = round_up(patches.pixels, 8) - 1;
        const int64_t bytes = last * patches.step + patches.bytes;
        if (int64_t(place_.size()) < 2 * bytes) place_.resize(size_t(2 * bytes));
        uint16_t *to = place_.data();
        for (int64_t i = 0; i < bytes; ++i) {
            to[2 * i] = uint16_t((row[i] & 15) << 5);
            to[2 * i + 1] = uint16_t((row[i] >> 4) << 5);
        }
    }

    void run(int groups, const Words &patches, int64_t c, int32_t *counts, int64_t row) const {
        switch (groups) {
            case 1: return tiles<1>(patches, c, counts, row);
            case 2: return tiles<2>(patches, c, counts, row);
            case 3: return tiles<3>(patches, c, counts, row);
            default: return tiles<4>(patches, c, counts, row);
        }
    }

    // `Groups` of sixteen channels, for all pixels of a row.
    template <int Groups>
    EMULATOR_APART void tiles(const Words &patches, int64_t c, int32_t *counts,
                              int64_t row) const {
        using Tile = NibbleTile<Groups>;
        for (int64_t x = 0; x < patches.pixels; x += Tile::pixels) {
            Tile tile;
            tile.add(place_.data() + 2 * x * patches.step, 2 * patches.step, 2 * patches.bytes,
                     index_.data() + c, columns_);
            tile.give(counts + x * row, row);
        }
    }

    int64_t columns_;
    Buffer<uint8_t> index_;
    Buffer<uint16_t> place_;
};

}  // namespace emulator

#endif
