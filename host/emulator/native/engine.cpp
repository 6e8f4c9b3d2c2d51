// SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
// SPDX-License-Identifier: BSD-3-Clause
// Runs a plan frame by frame; frames are split over threads. Called from Python through ctypes.

#include <exception>
#include <memory>
#include <optional>
#include <system_error>
#include <thread>

#include "bytewise.hpp"
#include "sinks.hpp"

namespace emulator {

// Output pixels computed at a time, in whole rows: their int32 values stay in the first cache.
constexpr int64_t kChunk = 64;

// A step with the scratch memory that it needs.
class Worker {
public:
    explicit Worker(const Step &step)
        : step_(step), row_(round_up(step.channels, 16)),
          rows_(std::clamp<int64_t>(kChunk / step.width, 1, step.height)) {
        if (step.source == DECODE) rows_ = step.height;
        // A tile may begin with the last pixel.
        values_.resize(size_t((rows_ * step.width + 8) * row_ + kSlack / 4));
        if (step.source >= GATHER && step.source <= DOT) patches_.reset(new Patches(step, rows_));
        const int64_t pixel = value_bytes(step.input[0].storage, step.input[0].channels);
        const int64_t bytes = int64_t(step.kernel) * step.kernel * pixel;
        if (step.source == XNOR)
            xnor_.emplace(static_cast<const uint64_t *>(step.weights), step.outputs,
                          (bytes + 7) / 8);
        if (step.source == DOT_BYTES)
            bytes_.emplace(static_cast<const int8_t *>(step.weights), step.bias,
                           (bytes + 3) / 4, row_, step.moved);
        if (step.source == DOT) {
            depth_ = int64_t(step.kernel) * step.kernel * step.input[0].channels;
            spread_.resize(size_t(step.width * depth_ + kSlack / 4));
        }
    }

    void run(uint8_t *arena) {
        for (int64_t y = 0; y < step_.height; y += rows_) {
            const int64_t rows = std::min(rows_, step_.height - y), pixels = rows * step_.width;
            if (step_.bytewise) {
                run_bytes(step_, y, rows, reinterpret_cast<uint8_t *>(values_.data()), arena);
                continue;
            }
            fill(arena, y, rows);
            for (int32_t i = 0; i < step_.sinks; ++i) {
                const Sink &sink = step_.sink[i];
                run_sink({values_.data() + sink.channel, y * step_.width, pixels, row_}, sink,
                         arena);
            }
        }
    }

private:
    void fill(const uint8_t *arena, int64_t y, int64_t rows) {
        int32_t *values = values_.data();
        const int32_t storage = step_.input[0].storage;
        switch (step_.source) {
            case COPY:
                return by_storage(storage, [&](auto kind) {
                    copy_rows<kind>(step_, arena, y, rows, values, row_);
                });
            case ADD:
                return by_storage(storage, [&](auto kind) {
                    add_rows<kind>(step_, arena, y, rows, values, row_);
                });
            case POOL:
                return by_storage(storage, [&](auto kind) {
                    pool_rows<kind>(step_, arena, y, rows, values, row_);
                });
            case MEAN:
                return by_storage(storage, [&](auto kind) {
                    mean_rows<kind>(step_, arena, y, rows, values, row_);
                });
            case DECODE: return Decoder(step_, arena).run(values, row_);
            default:
                multiply(patches_->rows(arena, y, rows), rows, values);
        }
    }

    void multiply(const PatchRows &patches, int64_t rows, int32_t *values) {
        const int64_t width = step_.width;
        Words words{patches.first, patches.bytes, patches.step, width, patches.next, rows};
        if (patches.next == width * patches.step) words.pixels *= rows, words.rows = 1;
        if (step_.source == XNOR) return xnor_->multiply(words, values, row_);
        if (step_.source == DOT_BYTES) return bytes_->multiply(words, values);
        for (int64_t y = 0; y < rows; ++y) multiply_row(patches, y, values + y * width * row_);
    }

    // The patches themselves, or any integers' products.
    void multiply_row(const PatchRows &patches, int64_t y, int32_t *values) {
        const bool product = step_.source == DOT;
        by_storage(step_.input[0].storage, [&](auto kind) {
            spread<kind>(step_, patches, y, product ? spread_.data() : values,
                         product ? depth_ : row_);
        });
        if (product)
            products(static_cast<const int32_t *>(step_.weights), spread_.data(), depth_,
                     step_.width, values, row_);
    }

    const Step &step_;
    int64_t row_, rows_, depth_ = 0;
    Buffer<int32_t> values_, spread_;
    std::unique_ptr<Patches> patches_;
    std::optional<XnorMatrix> xnor_;
    std::optional<ByteMatrix> bytes_;
};

// One thread's arena and workers.
class Machine {
public:
    explicit Machine(const Plan &plan) : plan_(plan) {
        int64_t beyond = 0;
        for (int64_t i = 0; i < plan.steps; ++i) {
            const Step &step = plan.step[i];
            workers_.emplace_back(step);
            // A tile may begin with the last pixel of the arena.
            beyond = std::max<int64_t>(beyond, 8 * step.stride * step.input[0].stride);
        }
        arena_.resize(size_t(plan.arena_bytes + beyond + kSlack));
    }

    void run(const uint8_t *frame, const Export *exports, int64_t count, int64_t index) {
        const Tensor &in = plan_.input;
        const int64_t bytes = int64_t(in.height) * in.width * in.stride;
        std::memcpy(arena_.data() + in.offset, frame + index * bytes, size_t(bytes));
        for (Worker &worker : workers_) worker.run(arena_.data());
        for (int64_t i = 0; i < count; ++i) leave(exports[i], index);
    }

private:
    void leave(const Export &one, int64_t index) const {
        const Tensor &t = one.tensor;
        const int64_t pixels = int64_t(t.height) * t.width;
        int32_t *to = one.target + index * pixels * t.channels;
        by_storage(t.storage, [&](auto kind) {
            for (int64_t p = 0; p < pixels; ++p, to += t.channels)
                for (int64_t c = 0; c < t.channels; c += 16) {
                    const auto x = load_as<kind>(arena_.data() + t.offset + p * t.stride, c);
                    const int64_t n = std::min<int64_t>(16, t.channels - c);
                    store_some(to + c, x, 4 * n);
                }
        });
    }

    const Plan &plan_;
    Buffer<uint8_t> arena_;
    std::vector<Worker> workers_;
};

struct Engine {
    Plan plan;
    std::vector<Machine> machines;
};

}  // namespace emulator

extern "C" {

const char *emulator_variant() { return emulator::XnorMatrix::name; }

// An engine of `threads`, or null for want of memory. The plan and all it points to must live on.
emulator::Engine *emulator_open(const emulator::Plan *plan, int64_t threads) try {
    auto engine = std::make_unique<emulator::Engine>();
    engine->plan = *plan;
    for (int64_t i = 0; i < threads; ++i) engine->machines.emplace_back(engine->plan);
    return engine.release();
} catch (const std::exception &) {
    return nullptr;
}

void emulator_close(emulator::Engine *engine) { delete engine; }

// Frames (count, height, width, channels) as the input is stored.
void emulator_run(emulator::Engine *engine, const uint8_t *frames, int64_t count,
                  const emulator::Export *exports, int64_t number) {
    const int64_t threads = std::min(int64_t(engine->machines.size()), count);
    const auto share = [&](int64_t thread) {
        for (int64_t i = thread; i < count; i += threads)
            engine->machines[size_t(thread)].run(frames, exports, number, i);
    };
    std::vector<std::thread> others;
    for (int64_t thread = 1; thread < threads; ++thread) {
        try {
            others.emplace_back(share, thread);
        } catch (const std::system_error &) {
            share(thread);  // The system starts no more threads: this one does its work.
        }
    }
    if (count > 0) share(0);
    for (std::thread &other : others) other.join();
}
}
