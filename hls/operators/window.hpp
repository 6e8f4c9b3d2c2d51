// SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Sliding window, see window.py: a walk over the patches of a frame, and a circular buffer that
// runs ahead of it while there is room. The border is never stored.

#pragma once

#include <hls_stream.h>

#include "lanes.hpp"

namespace operators {

template <int HEIGHT, int WIDTH, int CHANNELS, int BITS, int KERNEL, int STRIDE, int TOP, int LEFT,
          int BOTTOM, int RIGHT, int VALUE, int LANES, int MMV, int DEPTH>
void window(hls::stream<ap_uint<LANES * BITS>>& in, hls::stream<ap_uint<LANES * BITS>>& out) {
  static_assert(LANES >= 1 && CHANNELS % LANES == 0, "window: LANES must divide CHANNELS");
  static_assert(KERNEL >= 1 && STRIDE >= 1 && KERNEL <= TOP + HEIGHT + BOTTOM
                    && KERNEL <= LEFT + WIDTH + RIGHT,
                "window: KERNEL must fit in the frame with its border, STRIDE must be at least 1");
  static_assert(TOP >= 0 && LEFT >= 0 && BOTTOM >= 0 && RIGHT >= 0 && TOP + BOTTOM < KERNEL
                    && LEFT + RIGHT < KERNEL,
                "window: opposite borders must together be narrower than KERNEL");
  constexpr int kFolds = CHANNELS / LANES;
  constexpr int kRows = (TOP + HEIGHT + BOTTOM - KERNEL) / STRIDE + 1;
  constexpr int kColumns = (LEFT + WIDTH + RIGHT - KERNEL) / STRIDE + 1;
  constexpr int kBeats = HEIGHT * WIDTH * kFolds;
  static_assert(MMV >= 1 && kColumns % MMV == 0, "window: MMV must divide the windows of a row");
  static_assert(DEPTH >= ((KERNEL - 1) * WIDTH + KERNEL + (2 * MMV - 1) * STRIDE) * kFolds,
                "window: DEPTH is too small for a window and the step to the next");

  ap_uint<LANES * BITS> border = 0;
lanes:
  for (int lane = 0; lane < LANES; ++lane) {
#pragma HLS UNROLL
    set_lane<BITS>(border, lane, VALUE);
  }
  ap_uint<LANES * BITS> buffer[DEPTH];
  int taken = 0, write_at = 0;
  // The beat that leaves next: windows of a group take turns, then folds, kernel, group and row.
  int turn = 0, fold = 0, kx = 0, ky = 0, group = 0, row = 0;
walk:
  while (row < kRows || taken < kBeats) {
#pragma HLS PIPELINE II=1
    const int y = row * STRIDE - TOP, x = group * MMV * STRIDE - LEFT;
    const int at_y = y + ky, at_x = x + turn * STRIDE + kx;
    const bool inside = at_y >= 0 && at_y < HEIGHT && at_x >= 0 && at_x < WIDTH;
    const int wanted = (at_y * WIDTH + at_x) * kFolds + fold;
    const bool wait = row == kRows || (inside && wanted >= taken);
    // All before the place of the group's first beat, border and all, is free.
    const bool room = taken < kBeats && taken < (y * WIDTH + x) * kFolds + DEPTH;
    const int back = write_at - (taken - wanted);
    if (!wait) {
      out.write(inside ? buffer[back < 0 ? back + DEPTH : back] : border);
      if (wrap(turn, MMV) && wrap(fold, kFolds) && wrap(kx, KERNEL) && wrap(ky, KERNEL)
          && wrap(group, kColumns / MMV)) {
        ++row;
      }
    }
    if (wait || (room && !in.empty())) {
      buffer[write_at] = in.read();
      wrap(write_at, DEPTH);
      ++taken;
    }
  }
}

}  // namespace operators
