// SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Max pooling, see max_pool.py.

#pragma once

#include "pool.hpp"

namespace operators {

template <int BITS, bool SIGNED, int LANES>
struct Largest {
  using Result = ap_uint<LANES * BITS>;

  static Result begin(const Result& beat) { return beat; }
  static Result end(const Result& result) { return result; }
  static Result join(const Result& a, const Result& b) {
#pragma HLS INLINE
    Result result = 0;
  lanes:
    for (int lane = 0; lane < LANES; ++lane) {
#pragma HLS UNROLL
      const ap_uint<BITS> in_a = get_lane<BITS>(a, lane), in_b = get_lane<BITS>(b, lane);
      const bool first = to_integer<SIGNED>(in_a) > to_integer<SIGNED>(in_b);
      set_lane<BITS>(result, lane, first ? in_a : in_b);
    }
    return result;
  }
};

template <int HEIGHT, int WIDTH, int CHANNELS, int BITS, int SIGNED, int SIZE, int LANES>
void max_pool(hls::stream<ap_uint<LANES * BITS>>& in, hls::stream<ap_uint<LANES * BITS>>& out) {
  static_assert(LANES >= 1 && CHANNELS % LANES == 0, "max_pool: LANES must divide CHANNELS");
  static_assert(SIZE >= 2 && SIZE <= HEIGHT && SIZE <= WIDTH,
                "max_pool: SIZE must be at least 2 and fit in HEIGHT x WIDTH");
  pool<Largest<BITS, SIGNED != 0, LANES>, HEIGHT, WIDTH, CHANNELS / LANES, SIZE>(in, out);
}

}  // namespace operators
