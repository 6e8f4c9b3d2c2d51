// SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
// SPDX-License-Identifier: BSD-3-Clause
// Sixteen integers or 32 bytes at a time, in one register or several, whatever the CPU has.
// EMULATOR_PORTABLE leaves it all to the compiler.
#pragma once

#include <cstdint>
#include <cstring>

#ifndef EMULATOR_PORTABLE
#if defined(__AVX512F__) && defined(__AVX512BW__) && defined(__AVX512VL__)
#define EMULATOR_AVX512
#endif
#if defined(__AVX2__)
#define EMULATOR_AVX2
#endif
#if defined(__SSE2__)
#define EMULATOR_SSE2
#include <immintrin.h>
// Where no instruction counts bits, and one looks sixteen bytes up.
#if defined(__SSSE3__) && !(defined(EMULATOR_AVX512) && defined(__AVX512VPOPCNTDQ__))
#define EMULATOR_NIBBLES
#endif
#elif defined(__ARM_NEON)
#define EMULATOR_NEON
#include <arm_neon.h>
#endif
#endif

#define EMULATOR_INLINE static inline __attribute__((always_inline))
// Inner loops get functions of their own: in large ones GCC 12 runs out of registers.
#define EMULATOR_APART __attribute__((noinline))

namespace emulator {

// Two registers as one: of vectors longer than a register GCC 12 takes a lane at a time.
template <class Part>
struct Pair {
    Part low, high;
    auto operator[](int64_t lane) const {
        constexpr int64_t lanes = sizeof(Part) / sizeof(low[0]);
        return lane < lanes ? low[lane] : high[lane - lanes];
    }
};

#define EMULATOR_OPERATOR(op)                                                                  \
    template <class Part>                                                                      \
    EMULATOR_INLINE Pair<Part> operator op(Pair<Part> a, Pair<Part> b) {                       \
        return {a.low op b.low, a.high op b.high};                                             \
    }
EMULATOR_OPERATOR(+)
EMULATOR_OPERATOR(-)
EMULATOR_OPERATOR(*)
EMULATOR_OPERATOR(^)
EMULATOR_OPERATOR(&)
EMULATOR_OPERATOR(>>)
EMULATOR_OPERATOR(>=)
#undef EMULATOR_OPERATOR

typedef int8_t Bytes __attribute__((vector_size(16)));
#if defined(EMULATOR_AVX512)
typedef int32_t Ints __attribute__((vector_size(64)));
using Sixteen = Ints;
#elif defined(EMULATOR_AVX2)
typedef int32_t Ints __attribute__((vector_size(32)));
using Sixteen = Pair<Ints>;
#else
typedef int32_t Ints __attribute__((vector_size(16)));
using Sixteen = Pair<Pair<Ints>>;
#endif
#if defined(EMULATOR_AVX2)
typedef int8_t ManyBytes __attribute__((vector_size(32)));
#else
using ManyBytes = Pair<Bytes>;
#endif

template <class Vector>
constexpr bool is_pair = false;
template <class Part>
constexpr bool is_pair<Pair<Part>> = true;

template <class Vector>
EMULATOR_INLINE Vector load(const void *from) {
    if constexpr (is_pair<Vector>) {
        using Part = decltype(Vector::low);
        return {load<Part>(from), load<Part>(static_cast<const char *>(from) + sizeof(Part))};
    } else {
        Vector value;
        std::memcpy(&value, from, sizeof value);
        return value;
    }
}

template <class Vector>
EMULATOR_INLINE void store(void *to, Vector value) {
    if constexpr (is_pair<Vector>) {
        store(to, value.low);
        store(static_cast<char *>(to) + sizeof value.low, value.high);
    } else {
        std::memcpy(to, &value, sizeof value);
    }
}

// The first `bytes` of a vector.
template <class Vector>
EMULATOR_INLINE void store_some(void *to, Vector value, int64_t bytes) {
    if (bytes == int64_t(sizeof value)) store(to, value);
    else std::memcpy(to, &value, size_t(bytes));
}

// All lanes of that value.
template <class Vector>
EMULATOR_INLINE Vector splat(int32_t value) {
    if constexpr (is_pair<Vector>) {
        using Part = decltype(Vector::low);
        return {splat<Part>(value), splat<Part>(value)};
    } else {
        return Vector{} + decltype(Vector{}[0])(value);
    }
}

// Those lanes of `a` whose mask is all ones, others of `b`.
template <class Vector>
EMULATOR_INLINE Vector chosen(Vector mask, Vector a, Vector b) {
    if constexpr (is_pair<Vector>)
        return {chosen(mask.low, a.low, b.low), chosen(mask.high, a.high, b.high)};
    else return mask ? a : b;
}

// Larger and smaller of two lanes: GCC 12 makes a comparison and a choice of the plain form.
#if defined(EMULATOR_AVX512)
EMULATOR_INLINE Ints larger(Ints a, Ints b) {
    return (Ints)_mm512_max_epi32((__m512i)a, (__m512i)b);
}
EMULATOR_INLINE Ints smaller(Ints a, Ints b) {
    return (Ints)_mm512_min_epi32((__m512i)a, (__m512i)b);
}
#elif defined(EMULATOR_AVX2)
EMULATOR_INLINE Ints larger(Ints a, Ints b) {
    return (Ints)_mm256_max_epi32((__m256i)a, (__m256i)b);
}
EMULATOR_INLINE Ints smaller(Ints a, Ints b) {
    return (Ints)_mm256_min_epi32((__m256i)a, (__m256i)b);
}
#else
EMULATOR_INLINE Ints larger(Ints a, Ints b) { return a > b ? a : b; }
EMULATOR_INLINE Ints smaller(Ints a, Ints b) { return a < b ? a : b; }
#endif

#if defined(EMULATOR_AVX2)
EMULATOR_INLINE ManyBytes larger(ManyBytes a, ManyBytes b) {
    return (ManyBytes)_mm256_max_epi8((__m256i)a, (__m256i)b);
}
EMULATOR_INLINE ManyBytes smaller(ManyBytes a, ManyBytes b) {
    return (ManyBytes)_mm256_min_epi8((__m256i)a, (__m256i)b);
}
#else
EMULATOR_INLINE Bytes larger(Bytes a, Bytes b) { return a > b ? a : b; }
EMULATOR_INLINE Bytes smaller(Bytes a, Bytes b) { return a < b ? a : b; }
#endif

template <class Part>
EMULATOR_INLINE Pair<Part> larger(Pair<Part> a, Pair<Part> b) {
    return {larger(a.low, b.low), larger(a.high, b.high)};
}

template <class Part>
EMULATOR_INLINE Pair<Part> smaller(Pair<Part> a, Pair<Part> b) {
    return {smaller(a.low, b.low), smaller(a.high, b.high)};
}

template <class Vector>
EMULATOR_INLINE Vector clip(Vector x, Vector low, Vector high) {
    return smaller(larger(x, low), high);
}

}  // namespace emulator
