// SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Multiply, add, shift and clip, see scale_clip.py. Word `fold` of the table: of each lane the
// gain, and above it the offset.

#pragma once

#include <hls_stream.h>

#include "lanes.hpp"

namespace operators {

template <int BEATS, int CHANNELS, int IN_BITS, int IN_SIGNED, int OUT_BITS, int GAIN_BITS,
          int OFFSET_BITS, int SHIFT, int LANES, typename Scales>
void scale_clip(hls::stream<ap_uint<LANES * IN_BITS>>& in,
                hls::stream<ap_uint<LANES * OUT_BITS>>& out, const Scales& scales) {
  constexpr int kProduct = IN_BITS + 1 + GAIN_BITS;
  constexpr int kSum = (kProduct > OFFSET_BITS ? kProduct : OFFSET_BITS) + 1;
  constexpr int kSlot = GAIN_BITS + OFFSET_BITS;
  static_assert(LANES >= 1 && CHANNELS % LANES == 0, "scale_clip: LANES must divide CHANNELS");
  static_assert(
      OUT_BITS >= 2 && OUT_BITS <= 8 && IN_BITS <= 24 && GAIN_BITS <= 18 && kSum <= 48,
      "scale_clip: OUT_BITS must be 2 to 8, IN_BITS at most 24, GAIN_BITS 18, the sum's 48");
  static_assert(SHIFT >= 0 && SHIFT <= kSum - OUT_BITS,
                "scale_clip: SHIFT must leave OUT_BITS of the sum");
  int fold = 0;
beats:
  for (int i = 0; i < BEATS; ++i) {
#pragma HLS PIPELINE II=1
    const ap_uint<LANES * IN_BITS> beat = in.read();
    const ap_uint<LANES * kSlot> word = scales[fold];
    ap_uint<LANES * OUT_BITS> result = 0;
  lanes:
    for (int lane = 0; lane < LANES; ++lane) {
#pragma HLS UNROLL
      const ap_uint<kSlot> slot = get_lane<kSlot>(word, lane);
      const ap_int<GAIN_BITS> gain(slot);
      const ap_int<OFFSET_BITS> offset(slot >> GAIN_BITS);
      const ap_int<kProduct> product =
          to_integer<IN_SIGNED != 0>(get_lane<IN_BITS>(beat, lane)) * gain;
      const ap_int<kSum> sum = product + offset;
      set_lane<OUT_BITS>(result, lane, clip<OUT_BITS, true>(ap_int<kSum>(sum >> SHIFT)));
    }
    wrap(fold, CHANNELS / LANES);
    out.write(result);
  }
}

}  // namespace operators
