// SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Binary matrix-vector unit, see xnor_mvu.py. The beats of MMV pixels take turns, and a weight word
// serves all of them; the next one comes in as many pieces meanwhile.

#pragma once

#include <hls_stream.h>

#include "popcount.hpp"

namespace operators {

// Moves the lowest piece of a word out and the next one in at its top.
template <int PIECE, int WIDTH>
void take_piece(ap_uint<WIDTH>& word, const ap_uint<PIECE>& piece) {
#pragma HLS INLINE
  word = PIECE == WIDTH ? ap_uint<WIDTH>(piece)
                        : ap_uint<WIDTH>(word >> PIECE | ap_uint<WIDTH>(piece) << WIDTH - PIECE);
}

template <int BEATS, int CHANNELS, int OUT_CHANNELS, int OUT_BITS, int PE, int SIMD, int MMV,
          int BLOCK_RAM, typename Weights>
void xnor_mvu(hls::stream<ap_uint<SIMD>>& in, hls::stream<ap_uint<PE * OUT_BITS>>& out,
              const Weights& weights) {
  static_assert(SIMD >= 1 && CHANNELS % SIMD == 0, "xnor_mvu: SIMD must divide CHANNELS");
  static_assert(PE >= 1 && OUT_CHANNELS % PE == 0, "xnor_mvu: PE must divide OUT_CHANNELS");
  static_assert(MMV >= 1 && PE * SIMD % MMV == 0, "xnor_mvu: MMV must divide PE * SIMD");
  static_assert(MMV == 1 || OUT_CHANNELS == PE || CHANNELS != SIMD,
                "xnor_mvu: MMV with several output folds needs several input folds");
  static_assert(OUT_BITS == bits_for(CHANNELS), "xnor_mvu: OUT_BITS must just hold CHANNELS");
  constexpr int kFoldIn = CHANNELS / SIMD;
  constexpr int kFoldOut = OUT_CHANNELS / PE;
  constexpr int kDepth = kFoldIn * kFoldOut * MMV;
  constexpr int kPiece = PE * SIMD / MMV;
  constexpr bool kReorder = MMV > 1 && kFoldOut > 1;

  ap_uint<SIMD> beats[kFoldIn * MMV];
  ap_uint<OUT_BITS> totals[MMV][PE];
  ap_uint<PE * OUT_BITS> results[MMV * kFoldOut];
#pragma HLS ARRAY_PARTITION variable=totals complete dim=0
  ap_uint<PE * SIMD> word = 0, next = 0;
  int fetch = 0;
first_word:
  for (int turn = 0; turn < MMV; ++turn) {
#pragma HLS PIPELINE II=1
    take_piece<kPiece>(next, weights[fetch]);
    wrap(fetch, kDepth);
  }
groups:
  for (int group = 0; group < BEATS / (kFoldIn * MMV); ++group) {
  outs:
    for (int fold_out = 0; fold_out < kFoldOut; ++fold_out) {
    ins:
      for (int fold_in = 0; fold_in < kFoldIn; ++fold_in) {
      turns:
        for (int turn = 0; turn < MMV; ++turn) {
#pragma HLS PIPELINE II=1
          if (turn == 0) word = next;
          take_piece<kPiece>(next, weights[fetch]);
          wrap(fetch, kDepth);
          ap_uint<SIMD> beat = beats[fold_in * MMV + turn];
          if (fold_out == 0) beat = beats[fold_in * MMV + turn] = in.read();
          ap_uint<PE * OUT_BITS> result = 0;
        lanes:
          for (int pe = 0; pe < PE; ++pe) {
#pragma HLS UNROLL
            const ap_uint<SIMD> equal = ~(beat ^ get_lane<SIMD>(word, pe));
            if (fold_in == 0) totals[turn][pe] = 0;
            totals[turn][pe] += popcount(equal);
            set_lane<OUT_BITS>(result, pe, totals[turn][pe]);
          }
          if (kReorder) results[turn * kFoldOut + fold_out] = result;
          else if (fold_in == kFoldIn - 1) out.write(result);
        }
      }
    }
    if (!kReorder) continue;
  reorder:
    // They come fold by fold, each of all pixels, and leave pixel by pixel.
    for (int i = 0; i < MMV * kFoldOut; ++i) {
#pragma HLS PIPELINE II=1
      out.write(results[i]);
    }
  }
}

}  // namespace operators
