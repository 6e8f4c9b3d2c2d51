// SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Multi-threshold, see threshold.py: a binary search through a channel's ascending thresholds. Word
// (fold, i) of the table: of each lane threshold i - 1; for i = 0 whether the channel flips.

#pragma once

#include <hls_stream.h>

#include "lanes.hpp"

namespace operators {

template <int BEATS, int CHANNELS, int IN_BITS, int IN_SIGNED, int OUT_BITS, int OUT_SIGNED,
          int FLIPS, int LANES, typename Thresholds>
void threshold(hls::stream<ap_uint<LANES * IN_BITS>>& in,
               hls::stream<ap_uint<LANES * OUT_BITS>>& out, const Thresholds& thresholds) {
#pragma HLS ARRAY_PARTITION variable=thresholds complete
  static_assert(LANES >= 1 && CHANNELS % LANES == 0, "threshold: LANES must divide CHANNELS");
  static_assert(OUT_BITS >= 1 && OUT_BITS <= 8 && IN_BITS >= 1 && IN_BITS <= 30,
                "threshold: OUT_BITS must be 1 to 8, IN_BITS 1 to 30");
  constexpr int kSlot = IN_BITS + 1;
  // Signed values compare like unsigned ones once their sign bit is inverted.
  constexpr unsigned kBias = IN_SIGNED != 0 ? 1u << (IN_BITS - 1) : 0;
  constexpr unsigned kLow = OUT_SIGNED != 0 ? 1u << (OUT_BITS - 1) : 0;
  int fold = 0;
beats:
  for (int i = 0; i < BEATS; ++i) {
#pragma HLS PIPELINE II=1
    const ap_uint<LANES * IN_BITS> beat = in.read();
    ap_uint<LANES * OUT_BITS> result = 0;
  lanes:
    for (int lane = 0; lane < LANES; ++lane) {
#pragma HLS UNROLL
      const bool flip = FLIPS != 0 && get_lane<kSlot>(thresholds[fold << OUT_BITS], lane) != 0;
      ap_uint<IN_BITS> value = get_lane<IN_BITS>(beat, lane) ^ ap_uint<IN_BITS>(kBias);
      if (flip) value = ~value;
      unsigned count = 0;
    levels:
      for (unsigned bit = 1u << (OUT_BITS - 1); bit != 0; bit >>= 1) {
#pragma HLS UNROLL
        const int place = (fold << OUT_BITS) | count | bit;
        if (value >= get_lane<kSlot>(thresholds[place], lane)) count |= bit;
      }
      set_lane<OUT_BITS>(result, lane, count ^ kLow);
    }
    wrap(fold, CHANNELS / LANES);
    out.write(result);
  }
}

}  // namespace operators
