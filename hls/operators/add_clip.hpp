// SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Saturating addition, see add_clip.py: takes a beat of both inputs at once.

#pragma once

#include <hls_stream.h>

#include "lanes.hpp"

namespace operators {

template <int BEATS, int IN_BITS, int IN_SIGNED, int OUT_BITS, int OUT_SIGNED, int LANES>
void add_clip(hls::stream<ap_uint<LANES * OUT_BITS>>& out,
              hls::stream<ap_uint<LANES * IN_BITS>>& in_0,
              hls::stream<ap_uint<LANES * IN_BITS>>& in_1) {
  static_assert(IN_BITS >= 1 && IN_BITS <= 32 && OUT_BITS >= 1 && OUT_BITS <= 32,
                "add_clip: IN_BITS and OUT_BITS must be 1 to 32");
beats:
  for (int i = 0; i < BEATS; ++i) {
#pragma HLS PIPELINE II=1
    const ap_uint<LANES * IN_BITS> a = in_0.read(), b = in_1.read();
    ap_uint<LANES * OUT_BITS> result = 0;
  lanes:
    for (int lane = 0; lane < LANES; ++lane) {
#pragma HLS UNROLL
      const ap_int<IN_BITS + 2> sum = to_integer<IN_SIGNED != 0>(get_lane<IN_BITS>(a, lane))
                                      + to_integer<IN_SIGNED != 0>(get_lane<IN_BITS>(b, lane));
      set_lane<OUT_BITS>(result, lane, clip<OUT_BITS, OUT_SIGNED != 0>(sum));
    }
    out.write(result);
  }
}

}  // namespace operators
