// SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Lanes of a beat (the lowest channel in the lowest bits), and the integers that they hold.

#pragma once

#include <ap_int.h>

namespace operators {

// Bits that hold every number from 0 to `largest`.
constexpr int bits_for(int largest) { return largest > 1 ? 1 + bits_for(largest / 2) : 1; }

template <int BITS, int WIDTH>
ap_uint<BITS> get_lane(const ap_uint<WIDTH>& beat, int lane) {
#pragma HLS INLINE
  return ap_uint<BITS>(beat >> lane * BITS);
}

// Of a beat that is 0 there. Shifts by constants are wires, and quicker in software than ranges.
template <int BITS, int WIDTH>
void set_lane(ap_uint<WIDTH>& beat, int lane, const ap_uint<BITS>& value) {
#pragma HLS INLINE
  beat |= ap_uint<WIDTH>(value) << lane * BITS;
}

// The integer that a lane's bits stand for.
template <bool SIGNED, int BITS>
ap_int<BITS + 1> to_integer(const ap_uint<BITS>& bits) {
#pragma HLS INLINE
  return SIGNED ? ap_int<BITS + 1>(ap_int<BITS>(bits)) : ap_int<BITS + 1>(bits);
}

// The nearest integer that `BITS` bits can hold.
template <int BITS, bool SIGNED, int WIDTH>
ap_uint<BITS> clip(const ap_int<WIDTH>& value) {
#pragma HLS INLINE
  constexpr long long kHigh = (1LL << (BITS - SIGNED)) - 1;
  constexpr int kBits = WIDTH > BITS + 1 ? WIDTH : BITS + 1;
  const ap_int<kBits> all = value, high = kHigh, low = SIGNED ? -kHigh - 1 : 0;
  return ap_uint<BITS>(all > high ? high : all < low ? low : all);
}

// Counts up to `limit`, then from 0 again; says when it begins again.
inline bool wrap(int& counter, int limit) {
#pragma HLS INLINE
  const bool last = counter == limit - 1;
  counter = last ? 0 : counter + 1;
  return last;
}

}  // namespace operators
