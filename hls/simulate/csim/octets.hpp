// SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Beats as bytes, the lowest first: what the C simulation reads and writes.

#pragma once

#include <ap_int.h>

#include <cstdint>
#include <string>

namespace csim {

template <int WIDTH>
constexpr size_t octets() {
  return (WIDTH + 7) / 8;
}

template <int WIDTH>
void append(std::string& text, const ap_uint<WIDTH>& beat) {
  for (int low = 0; low < WIDTH; low += 64) {
    const int size = WIDTH - low < 64 ? WIDTH - low : 64;
    const uint64_t word = ap_uint<64>(beat.range(low + size - 1, low)).to_uint64();
    for (int bit = 0; bit < size; bit += 8) text.push_back(static_cast<char>(word >> bit));
  }
}

template <int WIDTH>
ap_uint<WIDTH> parse(const char* text) {
  ap_uint<WIDTH> beat = 0;
  for (int low = 0; low < WIDTH; low += 64) {
    const int size = WIDTH - low < 64 ? WIDTH - low : 64;
    uint64_t word = 0;
    for (int bit = 0; bit < size; bit += 8)
      word |= uint64_t{static_cast<unsigned char>(text[(low + bit) / 8])} << bit;
    beat.range(low + size - 1, low) = ap_uint<64>(word);
  }
  return beat;
}

}  // namespace csim
