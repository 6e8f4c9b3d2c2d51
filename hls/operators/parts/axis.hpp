// SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Between the streams of the operators and the AXI4-Streams of the chip, whose beats are padded to
// whole bytes and carry `last` with the end of a frame.

#pragma once

#include <ap_axi_sdata.h>
#include <hls_stream.h>

#include "lanes.hpp"

namespace operators {

template <int WIDTH_BITS, int AXIS_BITS, int BEATS>
void from_axis(hls::stream<ap_axiu<AXIS_BITS, 0, 0, 0>>& in,
               hls::stream<ap_uint<WIDTH_BITS>>& out) {
beats:
  for (int i = 0; i < BEATS; ++i) {
#pragma HLS PIPELINE II=1
    out.write(in.read().data);
  }
}

// A beat of one signed integer is padded with its sign.
template <int WIDTH_BITS, int AXIS_BITS, int SIGNED, int BEATS>
void to_axis(hls::stream<ap_uint<WIDTH_BITS>>& in,
             hls::stream<ap_axiu<AXIS_BITS, 0, 0, 0>>& out) {
beats:
  for (int i = 0; i < BEATS; ++i) {
#pragma HLS PIPELINE II=1
    const ap_uint<WIDTH_BITS> beat = in.read();
    ap_axiu<AXIS_BITS, 0, 0, 0> padded;
    padded.data = beat;
    if (SIGNED != 0) padded.data = ap_int<AXIS_BITS>(ap_int<WIDTH_BITS>(beat));
    padded.keep = -1;
    padded.strb = -1;
    padded.last = i == BEATS - 1;
    out.write(padded);
  }
}

}  // namespace operators
