// SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
// SPDX-License-Identifier: BSD-3-Clause
// What depends on the CPU: 64-bit lanes that count bits, and comparisons to a mask of bits.
// EMULATOR_PORTABLE leaves it all to the compiler.
#pragma once

#include <cstdint>
#include <cstring>

#if !defined(EMULATOR_PORTABLE) && (defined(__AVX2__) || defined(__AVX512F__))
#include <immintrin.h>
#elif !defined(EMULATOR_PORTABLE) && defined(__aarch64__)
#include <arm_neon.h>
#endif

namespace emulator {

// Sixteen channels at a time; the compiler splits them where registers are narrower.
typedef int32_t Sixteen __attribute__((vector_size(64)));
typedef int64_t Wide __attribute__((vector_size(128)));
typedef int8_t ManyBytes __attribute__((vector_size(32)));
typedef int8_t Bytes __attribute__((vector_size(16)));
typedef uint8_t Octets __attribute__((vector_size(16)));

#define EMULATOR_INLINE static inline __attribute__((always_inline))

template <class Vector>
EMULATOR_INLINE Vector load(const void *from) {
    Vector value;
    std::memcpy(&value, from, sizeof value);
    return value;
}

template <class Vector>
EMULATOR_INLINE void store(void *to, Vector value) {
    std::memcpy(to, &value, sizeof value);
}

// Lanes: `width` words of 64 bits; `add_ones` adds the ones of a ^ b to partial counts, which hold
// those of `limit` words; `totals` gives the counts of `Vectors` vectors. A tile is `pixels` times
// up to `vectors`, as many as the registers hold.
#if defined(EMULATOR_PORTABLE)
#define EMULATOR_PLAIN_LANES
#elif defined(__AVX512VPOPCNTDQ__) && defined(__AVX512VL__)
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
#elif defined(__AVX2__)
struct Lanes {
    using Vector = __m256i;
    static constexpr int width = 4, pixels = 4, vectors = 2, limit = 31;
    static constexpr const char *name = "AVX2";
    EMULATOR_INLINE Vector zero() { return _mm256_setzero_si256(); }
    EMULATOR_INLINE Vector splat(uint64_t word) { return _mm256_set1_epi64x((long long)word); }
    EMULATOR_INLINE Vector words(const uint64_t *from) { return load<Vector>(from); }
    EMULATOR_INLINE Vector add_ones(Vector count, Vector a, Vector b) {
        const Vector ones = _mm256_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4, 0, 1,
                                             1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4);
        const Vector nibble = _mm256_set1_epi8(15), x = _mm256_xor_si256(a, b);
        const Vector high = _mm256_and_si256(_mm256_srli_epi16(x, 4), nibble);
        count = _mm256_add_epi8(count, _mm256_shuffle_epi8(ones, _mm256_and_si256(x, nibble)));
        return _mm256_add_epi8(count, _mm256_shuffle_epi8(ones, high));
    }
    template <int Vectors>
    EMULATOR_INLINE void totals(const Vector *count, int32_t *to, bool first) {
        for (int v = 0; v < Vectors; ++v, to += 4) {
            int64_t sums[4];
            store(sums, _mm256_sad_epu8(count[v], zero()));
            for (int lane = 0; lane < 4; ++lane)
                to[lane] = (first ? 0 : to[lane]) + int32_t(sums[lane]);
        }
    }
};
#elif defined(__aarch64__)
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
#define EMULATOR_PLAIN_LANES
#endif

#ifdef EMULATOR_PLAIN_LANES
struct Lanes {
    using Vector = uint64_t;
    static constexpr int width = 1, pixels = 2, vectors = 4, limit = 1 << 28;
    static constexpr const char *name = "portable";
    EMULATOR_INLINE Vector zero() { return 0; }
    EMULATOR_INLINE Vector splat(uint64_t word) { return word; }
    EMULATOR_INLINE Vector words(const uint64_t *from) { return *from; }
    EMULATOR_INLINE Vector add_ones(Vector count, Vector a, Vector b) {
        return count + Vector(__builtin_popcountll(a ^ b));
    }
    template <int Vectors>
    EMULATOR_INLINE void totals(const Vector *count, int32_t *to, bool first) {
        for (int v = 0; v < Vectors; ++v) to[v] = (first ? 0 : to[v]) + int32_t(count[v]);
    }
};
#endif

#if !defined(EMULATOR_PORTABLE) && defined(__AVX2__) && !defined(__AVX512F__)
// An operation of AVX2 on either half: of its own accord GCC 12 takes a lane at a time.
template <class Operation>
EMULATOR_INLINE Sixteen by_halves(const Sixteen &a, const Sixteen &b, Operation operation) {
    Sixteen result;
    for (int half = 0; half < 8; half += 4) {
        const char *left = reinterpret_cast<const char *>(&a) + 8 * half;
        const char *right = reinterpret_cast<const char *>(&b) + 8 * half;
        const __m256i eight = operation(load<__m256i>(left), load<__m256i>(right));
        store(reinterpret_cast<char *>(&result) + 8 * half, eight);
    }
    return result;
}
#define EMULATOR_HALVES(a, b, operation) \
    return by_halves(a, b, [](__m256i x, __m256i y) { return operation(x, y); })
#endif

// Lanes shifted right by as many bits as those of `count` say.
EMULATOR_INLINE Sixteen shifted(Sixteen x, Sixteen count) {
#ifdef EMULATOR_HALVES
    EMULATOR_HALVES(x, count, _mm256_srav_epi32);
#else
    return x >> count;
#endif
}

// Larger and smaller of two lanes: GCC 12 makes a comparison and a choice of the plain form.
EMULATOR_INLINE Sixteen larger(Sixteen a, Sixteen b) {
#if !defined(EMULATOR_PORTABLE) && defined(__AVX512F__)
    return (Sixteen)_mm512_max_epi32((__m512i)a, (__m512i)b);
#elif defined(EMULATOR_HALVES)
    EMULATOR_HALVES(a, b, _mm256_max_epi32);
#else
    return a > b ? a : b;
#endif
}

EMULATOR_INLINE ManyBytes larger(ManyBytes a, ManyBytes b) {
#if !defined(EMULATOR_PORTABLE) && defined(__AVX2__)
    return (ManyBytes)_mm256_max_epi8((__m256i)a, (__m256i)b);
#else
    return a > b ? a : b;
#endif
}

EMULATOR_INLINE Sixteen smaller(Sixteen a, Sixteen b) {
#if !defined(EMULATOR_PORTABLE) && defined(__AVX512F__)
    return (Sixteen)_mm512_min_epi32((__m512i)a, (__m512i)b);
#elif defined(EMULATOR_HALVES)
    EMULATOR_HALVES(a, b, _mm256_min_epi32);
#else
    return a < b ? a : b;
#endif
}

EMULATOR_INLINE ManyBytes smaller(ManyBytes a, ManyBytes b) {
#if !defined(EMULATOR_PORTABLE) && defined(__AVX2__)
    return (ManyBytes)_mm256_min_epi8((__m256i)a, (__m256i)b);
#else
    return a < b ? a : b;
#endif
}

template <class Vector>
EMULATOR_INLINE Vector clip(Vector x, Vector low, Vector high) {
    return smaller(larger(x, low), high);
}

// Bit i is set where lane i of x is at least that of `least`.
EMULATOR_INLINE uint32_t at_least(Sixteen x, Sixteen least) {
#if !defined(EMULATOR_PORTABLE) && defined(__AVX512F__)
    return _mm512_cmpge_epi32_mask((__m512i)x, (__m512i)least);
#elif defined(EMULATOR_HALVES)
    const Sixteen less = by_halves(
        x, least, [](__m256i a, __m256i b) { return _mm256_cmpgt_epi32(b, a); });
    const int low = _mm256_movemask_ps(load<__m256>(&less));
    const int high = _mm256_movemask_ps(load<__m256>(reinterpret_cast<const char *>(&less) + 32));
    return uint32_t(low | high << 8) ^ 0xffff;
#else
    uint32_t mask = 0;
    for (int lane = 0; lane < 16; ++lane) mask |= uint32_t(x[lane] >= least[lane]) << lane;
    return mask;
#endif
}

// The same of 32 signed bytes.
EMULATOR_INLINE uint32_t at_least(ManyBytes x, ManyBytes least) {
#if !defined(EMULATOR_PORTABLE) && defined(__AVX512BW__) && defined(__AVX512VL__)
    return _mm256_cmpge_epi8_mask((__m256i)x, (__m256i)least);
#elif !defined(EMULATOR_PORTABLE) && defined(__AVX2__)
    return ~uint32_t(_mm256_movemask_epi8((__m256i)(x < least)));
#else
    uint32_t mask = 0;
    for (int lane = 0; lane < 32; ++lane) mask |= uint32_t(x[lane] >= least[lane]) << lane;
    return mask;
#endif
}

// Lane i is bit i.
EMULATOR_INLINE Sixteen from_bits(uint32_t mask) {
#if !defined(EMULATOR_PORTABLE) && defined(__AVX512F__)
    return (Sixteen)_mm512_maskz_set1_epi32(__mmask16(mask), 1);
#else
    Sixteen result;
    for (int lane = 0; lane < 16; ++lane) result[lane] = int32_t(mask >> lane & 1);
    return result;
#endif
}

// The low bytes of sixteen lanes. Written to memory at once, as GCC would, they take many times as
// long on AMD's CPUs.
EMULATOR_INLINE Bytes narrowed(Sixteen x) {
#if !defined(EMULATOR_PORTABLE) && defined(__AVX512F__)
    __m128i bytes = _mm512_cvtepi32_epi8((__m512i)x);
    __asm__("" : "+v"(bytes));
    return (Bytes)bytes;
#elif defined(EMULATOR_HALVES)
    x &= 255;
    const char *from = reinterpret_cast<const char *>(&x);
    const __m256i words = _mm256_permute4x64_epi64(
        _mm256_packus_epi32(load<__m256i>(from), load<__m256i>(from + 32)), 0xd8);
    return (Bytes)_mm_packus_epi16(_mm256_castsi256_si128(words),
                                   _mm256_extracti128_si256(words, 1));
#else
    return __builtin_convertvector(x, Bytes);
#endif
}

// Sixteen signed or unsigned bytes, wider; GCC 12 takes a byte at a time of its own accord.
EMULATOR_INLINE Sixteen widened(Bytes bytes) {
#if !defined(EMULATOR_PORTABLE) && defined(__AVX512F__)
    return (Sixteen)_mm512_cvtepi8_epi32((__m128i)bytes);
#elif defined(EMULATOR_HALVES)
    Sixteen result;
    store(&result, _mm256_cvtepi8_epi32((__m128i)bytes));
    store(reinterpret_cast<char *>(&result) + 32,
          _mm256_cvtepi8_epi32(_mm_srli_si128((__m128i)bytes, 8)));
    return result;
#else
    return __builtin_convertvector(bytes, Sixteen);
#endif
}

EMULATOR_INLINE Sixteen widened(Octets octets) {
#if !defined(EMULATOR_PORTABLE) && defined(__AVX512F__)
    return (Sixteen)_mm512_cvtepu8_epi32((__m128i)octets);
#else
    return __builtin_convertvector(octets, Sixteen);
#endif
}

}  // namespace emulator
