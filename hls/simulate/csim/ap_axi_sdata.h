// SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
// SPDX-License-Identifier: BSD-3-Clause
//
// A beat of AXI4-Stream, as much of the vendor's header as the accelerator uses.

#pragma once

#include <ap_int.h>

#include <string>

#include "octets.hpp"

template <int DATA, int USER, int ID, int DEST>
struct ap_axiu {
  static_assert(USER == 0 && ID == 0 && DEST == 0, "the accelerator's streams carry data and last");
  ap_uint<DATA> data;
  ap_uint<DATA / 8> keep, strb;
  ap_uint<1> last;
};

template <int DATA>
void append(std::string& text, const ap_axiu<DATA, 0, 0, 0>& beat) {
  csim::append(text, beat.data);
}
