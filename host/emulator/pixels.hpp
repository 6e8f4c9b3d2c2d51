// SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
// SPDX-License-Identifier: BSD-3-Clause
// Pixels of a tensor in whatever way they are stored, sixteen channels at a time; patches.
#pragma once

#include <algorithm>
#include <vector>

#include "lanes.hpp"
#include "plan.hpp"

namespace emulator {

// Bytes past the end of every buffer that a load or a store may touch.
constexpr int64_t kSlack = 256;

inline int64_t round_up(int64_t value, int64_t step) { return (value + step - 1) / step * step; }

inline int64_t value_bytes(int32_t storage, int64_t channels) {
    if (storage == BITS) return (channels + 7) / 8;
    return storage == I32 ? 4 * channels : channels;
}

// Sixteen channels from `c` on; those beyond the last are anything.
template <int Kind>
EMULATOR_INLINE Sixteen load_as(const uint8_t *pixel, int64_t c) {
    if (Kind == BITS) return from_bits(load<uint16_t>(pixel + c / 8));
    if (Kind == I8) return widened(load<Bytes>(pixel + c));
    if (Kind == U8) return widened(load<Octets>(pixel + c));
    return load<Sixteen>(pixel + 4 * c);
}

// The first `count` of sixteen channels, to the channels from `c` on.
template <int Kind>
EMULATOR_INLINE void store_as(uint8_t *pixel, int64_t c, Sixteen value, int64_t count) {
    if (Kind == BITS) {
        const uint32_t mask = at_least(value, Sixteen{} + 1) & ((1u << count) - 1);
        std::memcpy(pixel + c / 8, &mask, count > 8 ? 2 : 1);
    } else if (Kind == I32) {
        std::memcpy(pixel + 4 * c, &value, size_t(4 * count));
    } else {
        const Bytes bytes = __builtin_convertvector(value, Bytes);
        if (count == 16) store(pixel + c, bytes);
        else if (count == 8) std::memcpy(pixel + c, &bytes, 8);
        else std::memcpy(pixel + c, &bytes, size_t(count));
    }
}

// Calls body(std::integral_constant<int, storage>).
template <class Body>
inline void by_storage(int32_t storage, Body body) {
    switch (storage) {
        case BITS: return body(std::integral_constant<int, BITS>());
        case I8: return body(std::integral_constant<int, I8>());
        case U8: return body(std::integral_constant<int, U8>());
        default: return body(std::integral_constant<int, I32>());
    }
}

// Copies `bytes` in pieces of `Piece`, the last one perhaps past the end.
template <int Piece>
EMULATOR_INLINE void copy_over(uint8_t *to, const uint8_t *from, int64_t bytes) {
    std::memcpy(to, from, Piece);
    for (int64_t at = Piece; at < bytes; at += Piece) std::memcpy(to + at, from + at, Piece);
}

// The patches of output rows [first, first + rows): (rows * width, patch_bytes), spare bytes 0.
class Patches {
public:
    Patches(const Step &step, int64_t rows)
        : step_(step), in_(step.input[0]), bytes_(value_bytes(in_.storage, in_.channels)) {
        const int64_t kernel = step.kernel;
        band_width_ = (step.width - 1) * step.stride + kernel;
        band_rows_ = (rows - 1) * step.stride + kernel;
        patch_bytes_ = round_up(kernel * kernel * bytes_, 8);
        band_.resize(size_t(band_rows_ * band_width_ * bytes_ + kSlack));
        const int64_t pixels = round_up(rows * step.width, 8);
        patches_.resize(size_t(pixels * patch_bytes_ + kSlack));
    }

    int64_t patch_bytes() const { return patch_bytes_; }

    const uint8_t *gather(const uint8_t *arena, int64_t first, int64_t rows) {
        const int64_t needed = (rows - 1) * step_.stride + step_.kernel;
        const int64_t top = first * step_.stride - step_.top;
        for (int64_t row = 0; row < needed; ++row)
            fill_row(arena + in_.offset, band_.data() + row * band_width_ * bytes_, top + row);
        const int64_t part = step_.kernel * bytes_;
        if (step_.kernel != 3) copy_patches<16>(rows, int64_t(step_.kernel));
        else if (part <= 16) copy_patches<16>(rows, std::integral_constant<int64_t, 3>());
        else if (part <= 32) copy_patches<32>(rows, std::integral_constant<int64_t, 3>());
        else copy_patches<64>(rows, std::integral_constant<int64_t, 3>());
        return patches_.data();
    }

    // Signed bytes as unsigned ones, 128 more.
    const uint8_t *moved_up(int64_t pixels) {
        uint8_t *const patches = patches_.data();
        const int64_t bytes = pixels * patch_bytes_;
        for (int64_t i = 0; i < bytes; ++i) patches[i] ^= 128;
        return patches;
    }

private:
    // Values of their own, as bytes that are written might be those of any member.
    template <int Piece, class Kernel>
    void copy_patches(int64_t rows, Kernel kernel) {
        const int64_t part = kernel * bytes_, patch_bytes = patch_bytes_, width = step_.width;
        const int64_t row_bytes = band_width_ * bytes_, step_bytes = step_.stride * bytes_;
        uint8_t *to = patches_.data();
        const uint8_t *row = band_.data();
        for (int64_t y = 0; y < rows; ++y, row += step_.stride * row_bytes) {
            const uint8_t *from = row;
            for (int64_t x = 0; x < width; ++x, to += patch_bytes, from += step_bytes) {
                for (int64_t ky = 0; ky < kernel; ++ky)
                    copy_over<Piece>(to + ky * part, from + ky * row_bytes, part);
                std::memset(to + kernel * part, 0, 8);
            }
        }
    }

    // One row with its border; a row outside the tensor is all border.
    void fill_row(const uint8_t *base, uint8_t *to, int64_t y) const {
        const bool outside = y < 0 || y >= in_.height;
        const int64_t left = outside ? band_width_ : std::min<int64_t>(step_.left, band_width_);
        for (int64_t x = 0; x < left; ++x) copy_pixel(to + x * bytes_, step_.edge);
        if (outside) return;
        const int64_t inside = std::min<int64_t>(in_.width, band_width_ - left);
        const uint8_t *from = base + y * in_.width * in_.stride;
        if (in_.stride == bytes_) {
            std::memcpy(to + left * bytes_, from, size_t(inside * bytes_));
        } else {
            for (int64_t x = 0; x < inside; ++x)
                copy_pixel(to + (left + x) * bytes_, from + x * in_.stride);
        }
        for (int64_t x = left + inside; x < band_width_; ++x)
            copy_pixel(to + x * bytes_, step_.edge);
    }

    void copy_pixel(uint8_t *to, const uint8_t *from) const {
        std::memcpy(to, from, size_t(bytes_));
    }

    const Step &step_;
    const Tensor &in_;
    int64_t bytes_, band_width_, band_rows_, patch_bytes_;
    std::vector<uint8_t> band_, patches_;
};

}  // namespace emulator
