// SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
// SPDX-License-Identifier: BSD-3-Clause
// Between vectors and masks of bits, and between integers and bytes.
#pragma once

#include "vectors.hpp"

namespace emulator {

alignas(64) constexpr int32_t kBit[16] = {1 << 0,  1 << 1,  1 << 2,  1 << 3, 1 << 4,  1 << 5,
                                          1 << 6,  1 << 7,  1 << 8,  1 << 9, 1 << 10, 1 << 11,
                                          1 << 12, 1 << 13, 1 << 14, 1 << 15};

// Bit i is set where lane i of x is at least that of `least`.
#if defined(EMULATOR_AVX512)
EMULATOR_INLINE uint32_t at_least(Ints x, Ints least) {
    return _mm512_cmpge_epi32_mask((__m512i)x, (__m512i)least);
}
EMULATOR_INLINE uint32_t at_least(ManyBytes x, ManyBytes least) {
    return _mm256_cmpge_epi8_mask((__m256i)x, (__m256i)least);
}
#elif defined(EMULATOR_AVX2)
EMULATOR_INLINE uint32_t at_least(Ints x, Ints least) {
    return uint32_t(_mm256_movemask_ps((__m256)(x < least))) ^ 0xff;
}
EMULATOR_INLINE uint32_t at_least(ManyBytes x, ManyBytes least) {
    return ~uint32_t(_mm256_movemask_epi8((__m256i)(x < least)));
}
#elif defined(EMULATOR_SSE2)
EMULATOR_INLINE uint32_t at_least(Ints x, Ints least) {
    return uint32_t(_mm_movemask_ps((__m128)(x < least))) ^ 0xf;
}
EMULATOR_INLINE uint32_t at_least(Bytes x, Bytes least) {
    return uint32_t(_mm_movemask_epi8((__m128i)(x < least))) ^ 0xffff;
}
#elif defined(EMULATOR_NEON)
EMULATOR_INLINE uint32_t at_least(Ints x, Ints least) {
    const auto bits = (uint32x4_t)((x >= least) & load<Ints>(kBit));
    const uint32x2_t two = vorr_u32(vget_low_u32(bits), vget_high_u32(bits));
    return vget_lane_u32(vpadd_u32(two, two), 0);
}
EMULATOR_INLINE uint32_t at_least(Bytes x, Bytes least) {
    const Bytes bit = {1, 2, 4, 8, 16, 32, 64, -128, 1, 2, 4, 8, 16, 32, 64, -128};
    const auto bits = (uint8x16_t)((x >= least) & bit);
    uint8x8_t sums = vpadd_u8(vget_low_u8(bits), vget_high_u8(bits));
    sums = vpadd_u8(sums, sums);
    return vget_lane_u16(vreinterpret_u16_u8(vpadd_u8(sums, sums)), 0);
}
#else
EMULATOR_INLINE uint32_t at_least(Ints x, Ints least) {
    const Ints bits = (x >= least) & load<Ints>(kBit);
    return uint32_t(bits[0] + bits[1] + bits[2] + bits[3]);
}
EMULATOR_INLINE uint32_t at_least(Bytes x, Bytes least) {
    uint32_t mask = 0;
    for (int lane = 0; lane < 16; ++lane) mask |= uint32_t(x[lane] >= least[lane]) << lane;
    return mask;
}
#endif

template <class Part>
EMULATOR_INLINE uint32_t at_least(Pair<Part> x, Pair<Part> least) {
    constexpr int lanes = sizeof(Part) / sizeof(x[0]);
    return at_least(x.low, least.low) | at_least(x.high, least.high) << lanes;
}

// Lane i is bit i.
EMULATOR_INLINE Sixteen from_bits(uint32_t mask) {
#if defined(EMULATOR_AVX512)
    return (Sixteen)_mm512_maskz_set1_epi32(__mmask16(mask), 1);
#else
    const auto bit = load<Sixteen>(kBit);
    return Sixteen{} - ((splat<Sixteen>(int32_t(mask)) & bit) >= bit);
#endif
}

// The low bytes of sixteen lanes. Written to memory at once, as GCC would, they take many times as
// long on AMD's CPUs.
EMULATOR_INLINE Bytes narrowed(Sixteen x) {
#if defined(EMULATOR_AVX512)
    __m128i bytes = _mm512_cvtepi32_epi8((__m512i)x);
    __asm__("" : "+v"(bytes));
    return (Bytes)bytes;
#elif defined(EMULATOR_AVX2)
    const Sixteen low = x & splat<Sixteen>(255);
    const __m256i words = _mm256_permute4x64_epi64(
        _mm256_packus_epi32((__m256i)low.low, (__m256i)low.high), 0xd8);
    return (Bytes)_mm_packus_epi16(_mm256_castsi256_si128(words),
                                   _mm256_extracti128_si256(words, 1));
#elif defined(EMULATOR_SSE2)
    const Sixteen low = x & splat<Sixteen>(255);
    return (Bytes)_mm_packus_epi16(
        _mm_packs_epi32((__m128i)low.low.low, (__m128i)low.low.high),
        _mm_packs_epi32((__m128i)low.high.low, (__m128i)low.high.high));
#elif defined(EMULATOR_NEON)
    const auto half = [](Pair<Ints> eight) {
        return vmovn_s16(vcombine_s16(vmovn_s32((int32x4_t)eight.low),
                                      vmovn_s32((int32x4_t)eight.high)));
    };
    return (Bytes)vcombine_s8(half(x.low), half(x.high));
#else
    int32_t lanes[16];
    store(lanes, x);
    Bytes bytes;
    for (int lane = 0; lane < 16; ++lane) bytes[lane] = int8_t(lanes[lane]);
    return bytes;
#endif
}

// Sixteen signed bytes, wider.
EMULATOR_INLINE Sixteen widened(Bytes bytes) {
#if defined(EMULATOR_AVX512)
    return (Sixteen)_mm512_cvtepi8_epi32((__m128i)bytes);
#elif defined(EMULATOR_AVX2)
    return {(Ints)_mm256_cvtepi8_epi32((__m128i)bytes),
            (Ints)_mm256_cvtepi8_epi32(_mm_srli_si128((__m128i)bytes, 8))};
#elif defined(EMULATOR_SSE2)
    const auto x = (__m128i)bytes;
    const __m128i low = _mm_unpacklo_epi8(x, x), high = _mm_unpackhi_epi8(x, x);
    return {{(Ints)_mm_unpacklo_epi16(low, low) >> 24, (Ints)_mm_unpackhi_epi16(low, low) >> 24},
            {(Ints)_mm_unpacklo_epi16(high, high) >> 24,
             (Ints)_mm_unpackhi_epi16(high, high) >> 24}};
#elif defined(EMULATOR_NEON)
    const auto eight = [](int8x8_t half) -> Pair<Ints> {
        const int16x8_t words = vmovl_s8(half);
        return {(Ints)vmovl_s16(vget_low_s16(words)), (Ints)vmovl_s16(vget_high_s16(words))};
    };
    return {eight(vget_low_s8((int8x16_t)bytes)), eight(vget_high_s8((int8x16_t)bytes))};
#else
    int32_t lanes[16];
    for (int lane = 0; lane < 16; ++lane) lanes[lane] = bytes[lane];
    return load<Sixteen>(lanes);
#endif
}

}  // namespace emulator
