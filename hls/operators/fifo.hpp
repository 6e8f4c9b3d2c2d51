// SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
// SPDX-License-Identifier: BSD-3-Clause
//
// FIFO, see fifo.py: a stream of as many places; RING is a matter of the RTL's addresses, ULTRA_RAM
// of the pragma at the stream. Where the RTL has but wires, a stream has two: in C++ it needs one
// at least, and with one alone a beat would pass every other cycle.

#pragma once

#include <ap_int.h>
#include <hls_stream.h>

namespace operators {

constexpr int fifo_places(int depth) { return depth == 0 ? 2 : depth; }

template <int WIDTH_BITS, int DEPTH, int RING = (DEPTH > 1 ? DEPTH - 1 : 1), int ULTRA_RAM = 0>
struct FifoStream {
  static_assert(WIDTH_BITS >= 1, "fifo: WIDTH_BITS must be at least 1");
  static_assert(DEPTH >= 0, "fifo: DEPTH must not be negative");
  static_assert(RING >= DEPTH - 1, "fifo: RING must hold DEPTH - 1 beats");
  static_assert(ULTRA_RAM == 0 || (DEPTH > 129 && (DEPTH - 1) * WIDTH_BITS > 4096),
                "fifo: ULTRA_RAM is for what would be block RAM");
  using type = hls::stream<ap_uint<WIDTH_BITS>, fifo_places(DEPTH)>;
};

template <int WIDTH_BITS, int DEPTH, int RING = (DEPTH > 1 ? DEPTH - 1 : 1), int ULTRA_RAM = 0>
using fifo = typename FifoStream<WIDTH_BITS, DEPTH, RING, ULTRA_RAM>::type;

}  // namespace operators
