// SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Fork, see stream_fork.py: each copy leaves as soon as its consumer takes it; the next beat is
// taken after the last of them.

#pragma once

#include <hls_stream.h>

#include "lanes.hpp"

namespace operators {

template <int BEATS, int WIDTH_BITS, int COPIES, typename... Outs>
void stream_fork(hls::stream<ap_uint<WIDTH_BITS>>& in, Outs&... outs) {
  static_assert(COPIES >= 2, "stream_fork: COPIES must be at least 2");
  static_assert(sizeof...(outs) == COPIES, "stream_fork: COPIES must be the number of outputs");
  ap_uint<WIDTH_BITS> beat = 0;
  bool sent[COPIES] = {};
#pragma HLS ARRAY_PARTITION variable=sent complete
  bool all_sent = true;
beats:
  for (int left = BEATS; left > 0;) {
#pragma HLS PIPELINE II=1
    if (all_sent) beat = in.read();
    int i = 0;
    const bool now[] = {sent[i++] || outs.write_nb(beat)...};
    all_sent = true;
  ask:
    for (int copy = 0; copy < COPIES; ++copy) all_sent = all_sent && now[copy];
  keep:
    for (int copy = 0; copy < COPIES; ++copy) sent[copy] = now[copy] && !all_sent;
    if (all_sent) --left;
  }
}

}  // namespace operators
