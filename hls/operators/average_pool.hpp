// SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Average pooling, see average_pool.py.

#pragma once

#include "pool.hpp"

namespace operators {

template <int BITS, bool SIGNED, int SHIFT, int LANES>
struct Mean {
  static constexpr int kSumBits = BITS + SHIFT;
  using Beat = ap_uint<LANES * BITS>;
  using Result = ap_uint<LANES * kSumBits>;

  static Result begin(const Beat& beat) {
#pragma HLS INLINE
    Result result = 0;
  lanes:
    for (int lane = 0; lane < LANES; ++lane) {
#pragma HLS UNROLL
      const ap_int<kSumBits + 1> value = to_integer<SIGNED>(get_lane<BITS>(beat, lane));
      set_lane<kSumBits>(result, lane, ap_uint<kSumBits>(value));
    }
    return result;
  }

  // Sums modulo 2^kSumBits: signed ones need no more.
  static Result join(const Result& a, const Result& b) {
#pragma HLS INLINE
    Result result = 0;
  lanes:
    for (int lane = 0; lane < LANES; ++lane) {
#pragma HLS UNROLL
      const ap_uint<kSumBits> in_a = get_lane<kSumBits>(a, lane);
      set_lane<kSumBits>(result, lane, ap_uint<kSumBits>(in_a + get_lane<kSumBits>(b, lane)));
    }
    return result;
  }

  // The highest bits of a sum are the mean, rounded down.
  static Beat end(const Result& result) {
#pragma HLS INLINE
    Beat beat = 0;
  lanes:
    for (int lane = 0; lane < LANES; ++lane) {
#pragma HLS UNROLL
      set_lane<BITS>(beat, lane, ap_uint<BITS>(get_lane<kSumBits>(result, lane) >> SHIFT));
    }
    return beat;
  }
};

template <int HEIGHT, int WIDTH, int CHANNELS, int BITS, int SIGNED, int SIZE, int LANES>
void average_pool(hls::stream<ap_uint<LANES * BITS>>& in, hls::stream<ap_uint<LANES * BITS>>& out) {
  static_assert(LANES >= 1 && CHANNELS % LANES == 0, "average_pool: LANES must divide CHANNELS");
  static_assert(SIZE >= 2 && SIZE <= HEIGHT && SIZE <= WIDTH,
                "average_pool: SIZE must be at least 2 and fit in HEIGHT x WIDTH");
  static_assert((SIZE & (SIZE - 1)) == 0, "average_pool: SIZE must be a power of two");
  constexpr int kShift = 2 * (bits_for(SIZE) - 1);
  pool<Mean<BITS, SIGNED != 0, kShift, LANES>, HEIGHT, WIDTH, CHANNELS / LANES, SIZE>(in, out);
}

}  // namespace operators
