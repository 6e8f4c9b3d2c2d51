// SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Width converter, see width_converter.py: gathers several narrow beats into a wide one, or sends a
// wide one in pieces; lowest channels first. BEATS counts those of the input.

#pragma once

#include <hls_stream.h>

#include "lanes.hpp"

namespace operators {

template <int BEATS, int BITS, int IN_LANES, int OUT_LANES>
void width_converter(hls::stream<ap_uint<IN_LANES * BITS>>& in,
                     hls::stream<ap_uint<OUT_LANES * BITS>>& out) {
  static_assert(IN_LANES % OUT_LANES == 0 || OUT_LANES % IN_LANES == 0,
                "width_converter: one of IN_LANES and OUT_LANES must divide the other");
  constexpr bool kGathers = IN_LANES < OUT_LANES;
  constexpr int kRatio = kGathers ? OUT_LANES / IN_LANES : IN_LANES / OUT_LANES;
  constexpr int kNarrow = (kGathers ? IN_LANES : OUT_LANES) * BITS;
  ap_uint<kNarrow * kRatio> wide = 0;
wide_beats:
  for (int i = 0; i < (kGathers ? BEATS / kRatio : BEATS); ++i) {
  pieces:
    for (int piece = 0; piece < kRatio; ++piece) {
#pragma HLS PIPELINE II=1
      if (kGathers || piece == 0) {
        const ap_uint<IN_LANES * BITS> beat = in.read();
        if (piece == 0) wide = 0;
        set_lane<kGathers ? kNarrow : kNarrow * kRatio>(wide, piece, beat);
      }
      if (!kGathers || piece == kRatio - 1) {
        out.write(kGathers ? wide : ap_uint<kNarrow * kRatio>(wide >> piece * kNarrow));
      }
    }
  }
}

}  // namespace operators
