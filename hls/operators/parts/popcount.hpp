// SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
// SPDX-License-Identifier: BSD-3-Clause
//
// How many bits are set: six at a time, which is three LUTs, and a tree of adders.

#pragma once

#include <cstdint>

#include "lanes.hpp"

namespace operators {

template <int SIZE>
ap_uint<bits_for(SIZE)> popcount(const ap_uint<SIZE>& bits) {
#pragma HLS INLINE
  unsigned total = 0;
words:
  for (int low = 0; low < SIZE; low += 64) {
#pragma HLS UNROLL
    const int size = SIZE - low < 64 ? SIZE - low : 64;
    const uint64_t word = ap_uint<64>(bits >> low).to_uint64();
  sixes:
    for (int i = 0; i < size; i += 6) {
#pragma HLS UNROLL
      const unsigned six = (word >> i) & 63;
      total += (six & 1) + (six >> 1 & 1) + (six >> 2 & 1) + (six >> 3 & 1) + (six >> 4 & 1)
               + (six >> 5);
    }
  }
  return total;
}

}  // namespace operators
