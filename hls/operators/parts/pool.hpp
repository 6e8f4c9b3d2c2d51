// SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
// SPDX-License-Identifier: BSD-3-Clause
//
// The windows of a pooling operator, see pool.py: a register for each fold of the pixels of a
// window in this row, and a line buffer for the rows before.

#pragma once

#include <hls_stream.h>

#include "lanes.hpp"

namespace operators {

// Rule::begin makes a Rule::Result of a beat, Rule::join one of two, Rule::end a beat of the last.
template <class Rule, int HEIGHT, int WIDTH, int FOLDS, int SIZE, int BEAT_BITS>
void pool(hls::stream<ap_uint<BEAT_BITS>>& in, hls::stream<ap_uint<BEAT_BITS>>& out) {
#pragma HLS INLINE
  constexpr int kColumns = WIDTH / SIZE;
  typename Rule::Result in_row[FOLDS], above[kColumns * FOLDS];
rows:
  for (int row = 0; row < HEIGHT; ++row) {
  columns:
    for (int column = 0; column < WIDTH; ++column) {
    folds:
      for (int fold = 0; fold < FOLDS; ++fold) {
#pragma HLS PIPELINE II=1
        const int place = column / SIZE * FOLDS + fold;
        typename Rule::Result result = Rule::begin(in.read());
        // Rows and columns left over are dropped.
        if (row / SIZE == HEIGHT / SIZE || column / SIZE == kColumns) continue;
        if (column % SIZE != 0) result = Rule::join(result, in_row[fold]);
        in_row[fold] = result;
        if (column % SIZE != SIZE - 1) continue;
        if (row % SIZE != 0) result = Rule::join(result, above[place]);
        if (row % SIZE == SIZE - 1) out.write(Rule::end(result));
        else above[place] = result;
      }
    }
  }
}

}  // namespace operators
