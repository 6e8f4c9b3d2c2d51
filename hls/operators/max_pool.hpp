// SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Max pooling, see max_pool.py: a register for each fold of the pixels of a window in this row, and
// a line buffer for the rows before.

#pragma once

#include <hls_stream.h>

#include "lanes.hpp"

namespace operators {

template <int BITS, bool SIGNED, int WIDTH>
ap_uint<WIDTH> larger(const ap_uint<WIDTH>& a, const ap_uint<WIDTH>& b) {
#pragma HLS INLINE
  ap_uint<WIDTH> result = 0;
lanes:
  for (int lane = 0; lane < WIDTH / BITS; ++lane) {
#pragma HLS UNROLL
    const ap_uint<BITS> in_a = get_lane<BITS>(a, lane), in_b = get_lane<BITS>(b, lane);
    const bool first = to_integer<SIGNED>(in_a) > to_integer<SIGNED>(in_b);
    set_lane<BITS>(result, lane, first ? in_a : in_b);
  }
  return result;
}

template <int HEIGHT, int WIDTH, int CHANNELS, int BITS, int SIGNED, int SIZE, int LANES>
void max_pool(hls::stream<ap_uint<LANES * BITS>>& in, hls::stream<ap_uint<LANES * BITS>>& out) {
  static_assert(LANES >= 1 && CHANNELS % LANES == 0, "max_pool: LANES must divide CHANNELS");
  static_assert(SIZE >= 2 && SIZE <= HEIGHT && SIZE <= WIDTH,
                "max_pool: SIZE must be at least 2 and fit in HEIGHT x WIDTH");
  constexpr int kFolds = CHANNELS / LANES;
  constexpr int kColumns = WIDTH / SIZE;
  ap_uint<LANES * BITS> in_row[kFolds], above[kColumns * kFolds];
rows:
  for (int row = 0; row < HEIGHT; ++row) {
  columns:
    for (int column = 0; column < WIDTH; ++column) {
    folds:
      for (int fold = 0; fold < kFolds; ++fold) {
#pragma HLS PIPELINE II=1
        const int place = column / SIZE * kFolds + fold;
        ap_uint<LANES * BITS> beat = in.read();
        // Rows and columns left over are dropped.
        if (row / SIZE == HEIGHT / SIZE || column / SIZE == kColumns) continue;
        if (column % SIZE != 0) beat = larger<BITS, SIGNED != 0>(beat, in_row[fold]);
        in_row[fold] = beat;
        if (column % SIZE != SIZE - 1) continue;
        if (row % SIZE != 0) beat = larger<BITS, SIGNED != 0>(beat, above[place]);
        if (row % SIZE == SIZE - 1) out.write(beat);
        else above[place] = beat;
      }
    }
  }
}

}  // namespace operators
