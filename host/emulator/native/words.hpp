// SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
// SPDX-License-Identifier: BSD-3-Clause
// Patches as the products read them.
#pragma once

#include "pixels.hpp"

namespace emulator {

// Patches of `bytes` bytes, `step` bytes apart in a row of `pixels`, rows `next` bytes apart. Tiles
// go on past the end of a row, and write there; the next row puts that right.
struct Words {
    const uint8_t *first;
    int64_t bytes, step, pixels, next, rows;

    // Calls tile(first patch, first pixel) for every `P` pixels.
    template <int64_t P, class Tile>
    void each(Tile tile) const {
        for (int64_t y = 0; y < rows; ++y) {
            const uint8_t *patch = first + y * next;
            for (int64_t x = 0; x < pixels; x += P, patch += P * step) tile(patch, y * pixels + x);
        }
    }
};

}  // namespace emulator
