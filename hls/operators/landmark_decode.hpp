// SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Landmark decoder, see landmark_decode.py: peaks and sums cell by cell, then their quotients.

#pragma once

#include <hls_stream.h>

#include "lanes.hpp"

namespace operators {

// round(2 ** (i / 8)), from the eighth roots in 16 bits of fraction.
constexpr int decoder_weight(int i) {
  constexpr int kRoots[8] = {65536, 71468, 77936, 84990, 92682, 101070, 110218, 120194};
  return ((kRoots[i % 8] << i / 8) + (1 << 15)) >> 16;
}

// What is known of a channel. All cells of a map may count.
template <int HEIGHT, int WIDTH, int BITS>
struct Track {
  static constexpr int kSide = WIDTH > HEIGHT ? WIDTH : HEIGHT;
  static constexpr int kTotal = decoder_weight(63) * HEIGHT * WIDTH;
  static constexpr int kTotalBits = bits_for(kTotal);
  static constexpr int kSumBits = kTotalBits + bits_for(kSide - 1);
  ap_int<BITS + 1> score;
  ap_uint<bits_for(WIDTH - 1)> x;
  ap_uint<bits_for(HEIGHT - 1)> y;
  ap_uint<kTotalBits> total;
  ap_uint<kSumBits> sum_x, sum_y;
};

// 0 below the floor; 8 << SHIFT above it double the weight.
template <int FLOOR, int SHIFT, int BITS>
ap_uint<8> weight_of(const ap_int<BITS>& value) {
#pragma HLS INLINE
  const ap_int<34> above = (ap_int<34>(value) - FLOOR) >> SHIFT;
  if (above < 0) return 0;
  return decoder_weight(above > 63 ? 63 : above.to_int());
}

// sum / total to 1/STEPS, half a step rounded up; `otherwise` where there is no total.
template <int STEPS, int SUM_BITS, int TOTAL_BITS>
ap_uint<SUM_BITS> place_of(const ap_uint<SUM_BITS>& sum, const ap_uint<TOTAL_BITS>& total,
                           int otherwise) {
#pragma HLS INLINE
  if (total == 0) return STEPS * otherwise;
  constexpr int kBits = SUM_BITS + bits_for(STEPS);
  return (ap_uint<kBits>(sum) * STEPS + (total >> 1)) / total;
}

template <int HEIGHT, int WIDTH, int CHANNELS, int BITS, int SIGNED, int FLOOR, int SHIFT,
          int REACH, int STEPS, int OUT_BITS, int LANES>
void landmark_decode(hls::stream<ap_uint<LANES * BITS>>& in,
                     hls::stream<ap_uint<3 * OUT_BITS>>& out) {
  static_assert(LANES >= 1 && CHANNELS % LANES == 0, "landmark_decode: LANES must divide CHANNELS");
  static_assert((STEPS & (STEPS - 1)) == 0, "landmark_decode: STEPS must be a power of two");
  static_assert(SHIFT >= 0 && SHIFT <= 24, "landmark_decode: SHIFT must be 0 to 24");
  static_assert(OUT_BITS >= BITS
                    && OUT_BITS >= bits_for(STEPS * ((WIDTH > HEIGHT ? WIDTH : HEIGHT) - 1))
                                       + (SIGNED != 0 ? 1 : 0),
                "landmark_decode: OUT_BITS must hold scores and coordinates");
  constexpr int kFolds = CHANNELS / LANES;
  using Channel = Track<HEIGHT, WIDTH, BITS>;
  Channel tracks[kFolds][LANES];
#pragma HLS ARRAY_PARTITION variable=tracks complete dim=2
rows:
  for (int y = 0; y < HEIGHT; ++y) {
  columns:
    for (int x = 0; x < WIDTH; ++x) {
    folds:
      for (int fold = 0; fold < kFolds; ++fold) {
#pragma HLS PIPELINE II=1
        const ap_uint<LANES * BITS> beat = in.read();
      lanes:
        for (int lane = 0; lane < LANES; ++lane) {
#pragma HLS UNROLL
          Channel track = tracks[fold][lane];
          const ap_int<BITS + 1> value = to_integer<SIGNED != 0>(get_lane<BITS>(beat, lane));
          const bool first = x == 0 && y == 0, larger = first || value > track.score;
          const int columns = x - track.x.to_int(), rows = y - track.y.to_int();
          const bool near = !first && rows <= REACH && columns <= REACH && -columns <= REACH;
          if (larger && !near) track.total = track.sum_x = track.sum_y = 0;
          if (larger) track.score = value, track.x = x, track.y = y;
          if (larger || near) {
            const ap_uint<8> weight = weight_of<FLOOR, SHIFT>(value);
            track.total += weight;
            track.sum_x += weight * x;
            track.sum_y += weight * y;
          }
          tracks[fold][lane] = track;
        }
      }
    }
  }
landmarks:
  for (int i = 0; i < CHANNELS; ++i) {
    const Channel track = tracks[i / LANES][i % LANES];
    ap_uint<3 * OUT_BITS> result = 0;
    set_lane<OUT_BITS>(result, 0, place_of<STEPS>(track.sum_x, track.total, track.x));
    set_lane<OUT_BITS>(result, 1, place_of<STEPS>(track.sum_y, track.total, track.y));
    set_lane<OUT_BITS>(result, 2, track.score);
    out.write(result);
  }
}

}  // namespace operators
