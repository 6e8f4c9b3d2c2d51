// SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
// SPDX-License-Identifier: BSD-3-Clause
// Pixels of a tensor in any storage, sixteen channels at a time; patches.
#pragma once

#include <algorithm>
#include <new>
#include <vector>

#include "masks.hpp"
#include "plan.hpp"

namespace emulator {

// Bytes past the end of every buffer that a load or a store may touch.
constexpr int64_t kSlack = 256;

// Memory that begins with a cache line: vectors that straddle two take twice as long.
template <class Value>
struct CacheLines {
    using value_type = Value;
    CacheLines() = default;
    template <class Other>
    CacheLines(const CacheLines<Other> &) {}
    Value *allocate(size_t count) {
        return static_cast<Value *>(::operator new(count * sizeof(Value), std::align_val_t(64)));
    }
    void deallocate(Value *memory, size_t) { ::operator delete(memory, std::align_val_t(64)); }
    friend bool operator==(const CacheLines &, const CacheLines &) { return true; }
    friend bool operator!=(const CacheLines &, const CacheLines &) { return false; }
};

template <class Value>
using Buffer = std::vector<Value, CacheLines<Value>>;

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
    // Moved to signed bytes and back: one kind of widening is enough.
    if (Kind == U8)
        return widened(load<Bytes>(pixel + c) ^ splat<Bytes>(-128)) + splat<Sixteen>(128);
    return load<Sixteen>(pixel + 4 * c);
}

// The first `count` of sixteen channels, to the channels from `c` on.
template <int Kind>
EMULATOR_INLINE void store_as(uint8_t *pixel, int64_t c, Sixteen value, int64_t count) {
    if (Kind == BITS) {
        const uint32_t mask = at_least(value, splat<Sixteen>(1)) & ((1u << count) - 1);
        std::memcpy(pixel + c / 8, &mask, count > 8 ? 2 : 1);
    } else if (Kind == I32) {
        store_some(pixel + 4 * c, value, 4 * count);
    } else {
        store_some(pixel + c, narrowed(value), count);
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

// The patch of each pixel of some rows: `bytes` from `first` on, the next pixel's `step` further
// on, the next row's `next`, order (kx, ky, c). What follows a patch is anything.
struct PatchRows {
    const uint8_t *first;
    int64_t step, next, bytes;
};

// Patches of some output rows. Of each, columns of `kernel` pixels one upon the other lie side by
// side, so that neighbours' patches overlap in memory and are not copied.
class Patches {
public:
    Patches(const Step &step, int64_t rows)
        : step_(step), in_(step.input[0]), bytes_(value_bytes(in_.storage, in_.channels)),
          columns_((step.width - 1) * int64_t(step.stride) + step.kernel),
          row_bytes_(round_up(columns_ * step.kernel * bytes_, 8)),
          edge_(step.edge, step.edge + bytes_) {
        edge_.resize(size_t(bytes_ + kSlack));
        // Tiles read pixels after the row.
        const int64_t beyond = 8 * step.stride * step.kernel * bytes_;
        buffer_.resize(size_t(rows * row_bytes_ + beyond + kSlack));
        if (step.width < kNarrow)
            apart_.resize(size_t((rows * step.width + 8) * step.kernel * step.kernel * bytes_ +
                                 kSlack));
    }

    // All rows are laid out before the first is read: what was just written is slow to read.
    // A kernel of one pixel finds them where they are.
    PatchRows rows(const uint8_t *arena, int64_t first, int64_t rows) {
        const int64_t top = first * step_.stride - step_.top, line = in_.width * in_.stride;
        const int64_t kernel = step_.kernel, stride = step_.stride;
        if (kernel == 1 && step_.left == 0 && columns_ <= in_.width && top >= 0 &&
            top + (rows - 1) * stride < in_.height)
            return {arena + in_.offset + top * line, stride * in_.stride, stride * line, bytes_};
        for (int64_t i = 0; i < rows; ++i) lay_out_row(arena, top, i);
        if (step_.width < kNarrow) return one_by_one(rows);
        return {buffer_.data(), stride * kernel * bytes_, row_bytes_, kernel * kernel * bytes_};
    }

private:
    // Rows of fewer pixels than tiles have.
    static constexpr int64_t kNarrow = 8;

    // Each patch by itself, so that tiles go on from row to row.
    PatchRows one_by_one(int64_t rows) {
        const int64_t next = step_.kernel * bytes_, bytes = step_.kernel * next;
        uint8_t *to = apart_.data();
        for (int64_t y = 0; y < rows; ++y) {
            const uint8_t *from = buffer_.data() + y * row_bytes_;
            for (int64_t x = 0; x < step_.width; ++x, from += step_.stride * next, to += bytes)
                // A copy may write past its patch, where the next one follows.
                for (int64_t i = 0; i < bytes; i += 32)
                    store(to + i, load<ManyBytes>(from + i));
        }
        return {apart_.data(), bytes, step_.width * bytes, bytes};
    }

    void lay_out_row(const uint8_t *arena, int64_t top, int64_t i) {
        uint8_t *to = buffer_.data() + i * row_bytes_;
        const int64_t y = top + i * step_.stride, kernel = step_.kernel;
        if (kernel == 3 && bytes_ <= 32 && step_.left <= columns_) {
            const Line lines[3] = {line(arena, y), line(arena, y + 1), line(arena, y + 2)};
            return lay_out_three(lines, to);
        }
        for (int64_t ky = 0; ky < kernel; ++ky, to += bytes_) {
            const Line one = line(arena, y + ky);
            for (int64_t x = 0; x < columns_; ++x) {
                const bool outside = x < step_.left || x >= step_.left + in_.width;
                const uint8_t *pixel = one.from + (x - step_.left) * one.step;
                std::memcpy(to + x * kernel * bytes_, outside ? edge_.data() : pixel,
                            size_t(bytes_));
            }
        }
    }

    struct Line {
        const uint8_t *from;
        int64_t step;
    };

    // A row of the input, or of the border.
    Line line(const uint8_t *arena, int64_t y) const {
        if (y < 0 || y >= in_.height) return {edge_.data(), 0};
        return {arena + in_.offset + y * in_.width * in_.stride, in_.stride};
    }

    // Three rows at once, pixels of few bytes by code that knows how many.
    void lay_out_three(const Line *lines, uint8_t *to) const {
        switch (bytes_) {
            case 1: return copy_three<1>(lines, to, std::integral_constant<int64_t, 1>());
            case 2: return copy_three<2>(lines, to, std::integral_constant<int64_t, 2>());
            case 3: return copy_three<4>(lines, to, std::integral_constant<int64_t, 3>());
            case 4: return copy_three<4>(lines, to, std::integral_constant<int64_t, 4>());
            case 6: return copy_three<8>(lines, to, std::integral_constant<int64_t, 6>());
            case 12: return copy_three<16>(lines, to, std::integral_constant<int64_t, 12>());
        }
        if (bytes_ <= 8) return copy_three<8>(lines, to, bytes_);
        if (bytes_ <= 16) return copy_three<16>(lines, to, bytes_);
        return copy_three<32>(lines, to, bytes_);
    }

    // A copy may write past its pixel, where the next one follows.
    template <int Piece, class Size>
    EMULATOR_APART void copy_three(const Line *lines, uint8_t *to, Size bytes) const {
        const int64_t left = step_.left, columns = columns_;
        const int64_t inside = std::min<int64_t>(in_.width, columns - left);
        const uint8_t *edge = edge_.data();
        Line a = lines[0], b = lines[1], c = lines[2];
        for (int64_t i = 0; i < 3 * left; ++i, to += bytes) std::memcpy(to, edge, Piece);
        for (int64_t x = 0; x < inside; ++x, to += 3 * bytes) {
            std::memcpy(to, a.from, Piece);
            std::memcpy(to + bytes, b.from, Piece);
            std::memcpy(to + 2 * bytes, c.from, Piece);
            a.from += a.step, b.from += b.step, c.from += c.step;
        }
        for (int64_t i = 3 * (left + inside); i < 3 * columns; ++i, to += bytes)
            std::memcpy(to, edge, Piece);
    }

    const Step &step_;
    const Tensor &in_;
    int64_t bytes_, columns_, row_bytes_;
    Buffer<uint8_t> edge_, buffer_, apart_;
};

}  // namespace emulator
