// SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Integer matrix-vector unit, see int_mvu.py. Dot products fit in OUT_BITS, so that what overflows
// on the way there comes back.

#pragma once

#include <hls_stream.h>

#include "lanes.hpp"

namespace operators {

template <int BEATS, int CHANNELS, int IN_BITS, int IN_SIGNED, int OUT_CHANNELS, int WEIGHT_BITS,
          int OUT_BITS, int PE, int SIMD, int BLOCK_RAM, typename Weights>
void int_mvu(hls::stream<ap_uint<SIMD * IN_BITS>>& in, hls::stream<ap_uint<PE * OUT_BITS>>& out,
             const Weights& weights) {
  static_assert(SIMD >= 1 && CHANNELS % SIMD == 0, "int_mvu: SIMD must divide CHANNELS");
  static_assert(PE >= 1 && OUT_CHANNELS % PE == 0, "int_mvu: PE must divide OUT_CHANNELS");
  static_assert(WEIGHT_BITS >= 2 && WEIGHT_BITS <= 16 && IN_BITS >= 1 && IN_BITS <= 16,
                "int_mvu: weights need 2 to 16 bits, inputs 1 to 16");
  constexpr int kFoldIn = CHANNELS / SIMD;
  constexpr int kFoldOut = OUT_CHANNELS / PE;

  ap_uint<SIMD * IN_BITS> beats[kFoldIn];
  ap_int<OUT_BITS> totals[PE];
#pragma HLS ARRAY_PARTITION variable=totals complete
pixels:
  for (int pixel = 0; pixel < BEATS / kFoldIn; ++pixel) {
  outs:
    for (int fold_out = 0; fold_out < kFoldOut; ++fold_out) {
    ins:
      for (int fold_in = 0; fold_in < kFoldIn; ++fold_in) {
#pragma HLS PIPELINE II=1
        ap_uint<SIMD * IN_BITS> beat = beats[fold_in];
        if (fold_out == 0) beat = beats[fold_in] = in.read();
        const ap_uint<PE * SIMD * WEIGHT_BITS> word = weights[fold_out * kFoldIn + fold_in];
        ap_uint<PE * OUT_BITS> result = 0;
      lanes:
        for (int pe = 0; pe < PE; ++pe) {
#pragma HLS UNROLL
          ap_int<OUT_BITS> total = fold_in == 0 ? ap_int<OUT_BITS>(0) : totals[pe];
        products:
          for (int lane = 0; lane < SIMD; ++lane) {
#pragma HLS UNROLL
            const ap_int<WEIGHT_BITS> weight = get_lane<WEIGHT_BITS>(word, pe * SIMD + lane);
            total += to_integer<IN_SIGNED != 0>(get_lane<IN_BITS>(beat, lane)) * weight;
          }
          totals[pe] = total;
          set_lane<OUT_BITS>(result, pe, total);
        }
        if (fold_in == kFoldIn - 1) out.write(result);
      }
    }
  }
}

}  // namespace operators
