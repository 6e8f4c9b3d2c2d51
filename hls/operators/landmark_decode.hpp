// SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Landmark decoder, see landmark_decode.py. A channel's left and upper neighbours are known when
// its peak comes, and are kept until the right and the lower one come by, a pixel and a row later.

#pragma once

#include <hls_stream.h>

#include "lanes.hpp"

namespace operators {

// What is known of a channel.
template <int HEIGHT, int WIDTH, int BITS>
struct Track {
  ap_int<BITS + 1> score, above;        // of the peak and of the pixel above it
  ap_int<BITS + 1> one_back, two_back;  // the two pixels before
  ap_uint<bits_for(WIDTH - 1)> x;
  ap_uint<bits_for(HEIGHT - 1)> y;
  ap_int<2> step_x, step_y;  // towards the larger neighbour
  bool fresh;                // the peak is the pixel before
};

template <int WIDTH>
ap_int<2> towards(const ap_int<WIDTH>& behind, const ap_int<WIDTH>& ahead) {
#pragma HLS INLINE
  return ahead > behind ? 1 : ahead < behind ? -1 : 0;
}

template <int HEIGHT, int WIDTH, int CHANNELS, int BITS, int SIGNED, int OUT_BITS, int LANES>
void landmark_decode(hls::stream<ap_uint<LANES * BITS>>& in,
                     hls::stream<ap_uint<3 * OUT_BITS>>& out) {
  static_assert(LANES >= 1 && CHANNELS % LANES == 0, "landmark_decode: LANES must divide CHANNELS");
  static_assert(OUT_BITS >= BITS
                    && OUT_BITS >= bits_for(4 * ((WIDTH > HEIGHT ? WIDTH : HEIGHT) - 1))
                                       + (SIGNED != 0 ? 1 : 0),
                "landmark_decode: OUT_BITS must hold scores and coordinates");
  constexpr int kFolds = CHANNELS / LANES;
  Track<HEIGHT, WIDTH, BITS> tracks[kFolds][LANES];
#pragma HLS ARRAY_PARTITION variable=tracks complete dim=2
  ap_uint<LANES * BITS> line[WIDTH * kFolds];
rows:
  for (int y = 0; y < HEIGHT; ++y) {
  columns:
    for (int x = 0; x < WIDTH; ++x) {
    folds:
      for (int fold = 0; fold < kFolds; ++fold) {
#pragma HLS PIPELINE II=1
        const ap_uint<LANES * BITS> beat = in.read(), above = line[x * kFolds + fold];
        line[x * kFolds + fold] = beat;
      lanes:
        for (int lane = 0; lane < LANES; ++lane) {
#pragma HLS UNROLL
          Track<HEIGHT, WIDTH, BITS> track = tracks[fold][lane];
          const ap_int<BITS + 1> value = to_integer<SIGNED != 0>(get_lane<BITS>(beat, lane));
          if ((x == 0 && y == 0) || value > track.score) {
            track.score = value;
            track.above = to_integer<SIGNED != 0>(get_lane<BITS>(above, lane));
            track.x = x, track.y = y;
            track.step_x = track.step_y = 0;
            track.fresh = true;
          } else {
            const bool below = y >= 2 && track.x == x && track.y == y - 1;
            if (track.fresh && x >= 2) track.step_x = towards(track.two_back, value);
            if (below) track.step_y = towards(track.above, value);
            track.fresh = false;
          }
          track.two_back = track.one_back;
          track.one_back = value;
          tracks[fold][lane] = track;
        }
      }
    }
  }
landmarks:
  for (int i = 0; i < CHANNELS; ++i) {
#pragma HLS PIPELINE II=1
    const Track<HEIGHT, WIDTH, BITS> track = tracks[i / LANES][i % LANES];
    ap_uint<3 * OUT_BITS> result = 0;
    set_lane<OUT_BITS>(result, 0, 4 * track.x + track.step_x);
    set_lane<OUT_BITS>(result, 1, 4 * track.y + track.step_y);
    set_lane<OUT_BITS>(result, 2, track.score);
    out.write(result);
  }
}

}  // namespace operators
