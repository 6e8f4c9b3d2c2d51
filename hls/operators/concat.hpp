// SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Concatenation, see concat.py: passes FOLDS_0 beats of input 0, then FOLDS_1 of input 1, and so
// on, for each pixel. BEATS counts those of input 0.

#pragma once

#include <hls_stream.h>

#include "lanes.hpp"

namespace operators {

template <int COUNT>
constexpr bool all_positive(const int (&values)[COUNT]) {
  for (int value : values)
    if (value < 1) return false;
  return true;
}

template <typename Stream, typename Beat>
bool take(Stream& in, Beat& beat) {
#pragma HLS INLINE
  beat = in.read();
  return true;
}

template <int BEATS, int WIDTH_BITS, int INPUTS, int... FOLDS, typename... Ins>
void concat(hls::stream<ap_uint<WIDTH_BITS>>& out, Ins&... ins) {
  constexpr int kFolds[] = {FOLDS...};
  static_assert(INPUTS >= 2 && INPUTS <= 8, "concat: INPUTS must be 2 to 8");
  static_assert(sizeof...(FOLDS) == INPUTS && all_positive({FOLDS...}),
                "concat: just the first INPUTS of FOLDS_0 to FOLDS_7 must be at least 1");
  static_assert(sizeof...(ins) == INPUTS, "concat: INPUTS must be the number of inputs");
  int select = 0, fold = 0;
beats:
  for (int left = BEATS / kFolds[0]; left > 0;) {
#pragma HLS PIPELINE II=1
    int i = 0;
    ap_uint<WIDTH_BITS> beat = 0;
    const bool taken[] = {i++ == select && take(ins, beat)...};
    out.write(beat);
    if (wrap(fold, kFolds[select]) && wrap(select, INPUTS)) --left;
  }
}

}  // namespace operators
