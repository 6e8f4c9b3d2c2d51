// SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Padding with a constant, see pad.py.

#pragma once

#include <hls_stream.h>

#include "lanes.hpp"

namespace operators {

template <int HEIGHT, int WIDTH, int CHANNELS, int BITS, int TOP, int LEFT, int BOTTOM, int RIGHT,
          int VALUE, int LANES>
void pad(hls::stream<ap_uint<LANES * BITS>>& in, hls::stream<ap_uint<LANES * BITS>>& out) {
  static_assert(LANES >= 1 && CHANNELS % LANES == 0, "pad: LANES must divide CHANNELS");
  static_assert(TOP >= 0 && LEFT >= 0 && BOTTOM >= 0 && RIGHT >= 0,
                "pad: TOP, LEFT, BOTTOM and RIGHT must not be negative");
  ap_uint<LANES * BITS> border = 0;
lanes:
  for (int lane = 0; lane < LANES; ++lane) {
#pragma HLS UNROLL
    set_lane<BITS>(border, lane, VALUE);
  }
rows:
  for (int row = -TOP; row < HEIGHT + BOTTOM; ++row) {
  columns:
    for (int column = -LEFT; column < WIDTH + RIGHT; ++column) {
    folds:
      for (int fold = 0; fold < CHANNELS / LANES; ++fold) {
#pragma HLS PIPELINE II=1
        const bool inside = row >= 0 && row < HEIGHT && column >= 0 && column < WIDTH;
        out.write(inside ? in.read() : border);
      }
    }
  }
}

}  // namespace operators
