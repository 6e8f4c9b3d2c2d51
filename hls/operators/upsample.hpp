// SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Nearest-neighbour upsampling, see upsample.py: repeats pixels and rows from a buffer of one row.

#pragma once

#include <hls_stream.h>

#include "lanes.hpp"

namespace operators {

template <int BEATS, int WIDTH, int CHANNELS, int BITS, int FACTOR, int LANES, int DEPTH>
void upsample(hls::stream<ap_uint<LANES * BITS>>& in, hls::stream<ap_uint<LANES * BITS>>& out) {
  constexpr int kFolds = CHANNELS / LANES;
  static_assert(LANES >= 1 && CHANNELS % LANES == 0, "upsample: LANES must divide CHANNELS");
  static_assert(FACTOR >= 2, "upsample: FACTOR must be at least 2");
  static_assert(DEPTH >= WIDTH * kFolds, "upsample: DEPTH must hold a row");
  ap_uint<LANES * BITS> buffer[WIDTH * kFolds];
rows:
  for (int row = 0; row < BEATS / (WIDTH * kFolds) * FACTOR; ++row) {
  columns:
    for (int column = 0; column < WIDTH * FACTOR; ++column) {
    folds:
      for (int fold = 0; fold < kFolds; ++fold) {
#pragma HLS PIPELINE II=1
        const int place = column / FACTOR * kFolds + fold;
        ap_uint<LANES * BITS> beat = buffer[place];
        if (row % FACTOR == 0 && column % FACTOR == 0) beat = buffer[place] = in.read();
        out.write(beat);
      }
    }
  }
}

}  // namespace operators
