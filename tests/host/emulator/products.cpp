// SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
// SPDX-License-Identifier: BSD-3-Clause
// The emulator's products and lanes against plain loops, for CPUs that Python does not run on.

#include <cstdio>
#include <random>
#include <vector>

#include "../../../host/emulator/native/engine.cpp"

using namespace emulator;

static std::mt19937_64 random_words(1);

static int check_xnor(int64_t outputs, int64_t bytes, int64_t step) {
    const int64_t words = (bytes + 7) / 8, width = 13, pixels = 3 * width;
    const int64_t row = round_up(outputs, 16);
    std::vector<uint64_t> weights(size_t(words * outputs));
    std::vector<uint8_t> patches(size_t(64 * step + 8 * words + kSlack));
    for (auto &byte : patches) byte = uint8_t(random_words());
    std::vector<int32_t> counts(size_t((pixels + 8) * row + kSlack));
    const uint64_t mask = ~uint64_t(0) >> (-8 * bytes & 63);
    for (int64_t i = 0; i < words * outputs; ++i)
        weights[size_t(i)] = random_words() & (i / outputs == words - 1 ? mask : ~uint64_t(0));
    const int64_t next = width * step;
    XnorMatrix matrix(weights.data(), outputs, words);
    matrix.multiply({patches.data(), bytes, step, width, next, 3}, counts.data(), row);
    int wrong = 0;
    for (int64_t p = 0; p < pixels; ++p)
        for (int64_t c = 0; c < outputs; ++c) {
            int32_t count = 0;
            for (int64_t k = 0; k < words; ++k) {
                auto word = load<uint64_t>(patches.data() + p * step + 8 * k);
                if (k == words - 1) word &= mask;
                for (uint64_t x = word ^ weights[size_t(k * outputs + c)]; x; x &= x - 1) ++count;
            }
            wrong += counts[size_t(p * row + c)] != count;
        }
    return wrong;
}

// Weights up to `largest`, values that `moved` makes at least 0.
static int check_bytes(int64_t row, int64_t bytes, int32_t moved, int32_t largest) {
    const int64_t words = (bytes + 3) / 4, pixels = 9;
    std::vector<int8_t> weights(size_t(words * row * 4));
    std::vector<uint8_t> patches(size_t(24 * bytes + kSlack));
    std::vector<int32_t> bias(size_t(row), 7), sums(size_t((pixels + 8) * row));
    for (auto &weight : weights)
        weight = int8_t(int64_t(random_words() % uint64_t(2 * largest)) - largest);
    for (auto &byte : patches)
        byte = uint8_t(moved ? int64_t(random_words() % uint64_t(2 * moved)) - moved
                             : int64_t(random_words()));
    const ByteMatrix matrix(weights.data(), bias.data(), words, row, moved);
    matrix.multiply({patches.data(), bytes, bytes, pixels, 0, 1}, sums.data());
    int wrong = 0;
    for (int64_t p = 0; p < pixels; ++p)
        for (int64_t c = 0; c < row; ++c) {
            int32_t sum = 7;
            for (int64_t k = 0; k < 4 * words; ++k) {
                const auto value = uint8_t(patches[size_t(p * bytes + k)] + moved);
                sum += value * weights[size_t((k / 4 * row + c) * 4 + k % 4)];
            }
            wrong += sums[size_t(p * row + c)] != sum;
        }
    return wrong;
}

static int check_lanes() {
    int wrong = 0;
    for (int round = 0; round < 100; ++round) {
        int32_t x[16], y[16];
        int8_t a[32], b[32];
        for (int i = 0; i < 16; ++i) x[i] = int32_t(random_words()) % 3, y[i] = round % 3 - 1;
        for (int i = 0; i < 32; ++i) a[i] = int8_t(random_words()), b[i] = int8_t(random_words());
        const uint32_t wide = at_least(load<Sixteen>(x), load<Sixteen>(y));
        const uint32_t narrow = at_least(load<ManyBytes>(a), load<ManyBytes>(b));
        const Sixteen bits = from_bits(wide), bytes = widened(load<Bytes>(a));
        const Bytes back = narrowed(bytes + splat<Sixteen>(256));
        for (int i = 0; i < 16; ++i) wrong += bytes[i] != a[i] || back[i] != a[i];
        for (int i = 0; i < 16; ++i) wrong += bits[i] != (x[i] >= y[i]);
        for (int i = 0; i < 32; ++i) wrong += (narrow >> i & 1) != (a[i] >= b[i]);
    }
    return wrong;
}

int main() {
    int wrong = check_lanes();
    for (int64_t outputs : {8, 16, 24, 32, 40, 48, 96})
        for (int64_t bytes : {1, 7, 8, 27, 108, 300})
            for (int64_t step : {bytes, bytes + 5}) wrong += check_xnor(outputs, bytes, step);
    for (int64_t row : {16, 32, 80})
        for (int64_t bytes : {1, 27, 96})
            for (int32_t moved : {0, 8, 128})
                for (int32_t largest : {1, 7, 128})
                    wrong += check_bytes(row, bytes, moved, largest);
    std::printf("%s: %d wrong\n", XnorMatrix::name, wrong);
    return wrong != 0;
}
