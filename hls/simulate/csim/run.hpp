// SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
// SPDX-License-Identifier: BSD-3-Clause
//
// A run of the C simulation: every process handles `frames` frames; then the streams' state is
// told, as the RTL simulation does, and where `trace` names a folder, what passed them is written.
// Lines on stdout: FIFO ..., END done|deadlock|left_over <beats moved>.

#pragma once

#include <cstdio>
#include <cstdlib>
#include <list>
#include <string>

namespace csim {

struct Options {
  std::string folder = ".", trace;
  int frames = 1;
};

inline Options& options() {
  static Options values;
  return values;
}

// Arguments: frames, folder of the beats, folder of the trace (may be missing).
inline void read_options(int argc, char** argv) {
  if (argc < 3) fail("usage: FRAMES FOLDER [TRACE]");
  options().frames = std::atoi(argv[1]);
  options().folder = argv[2];
  if (argc > 3) options().trace = argv[3];
}

template <typename Body>
void start(Body body) {
  Scheduler::instance().add([body] {
    for (int frame = 0; frame < options().frames; ++frame) body();
  });
}

inline void write_file(const std::string& path, const std::string& text) {
  FILE* file = std::fopen(path.c_str(), "wb");
  if (file == nullptr || std::fwrite(text.data(), 1, text.size(), file) != text.size())
    fail("cannot write " + path);
  std::fclose(file);
}

inline void report(bool ended) {
  unsigned long long moved = 0;
  bool left = false;
  for (const Channel* channel : Channel::all()) {
    std::printf("FIFO name=%s depth=%u fill=%u max=%u in_valid=%d out_ready=%d\n",
                channel->name.c_str(), channel->depth, channel->fill(), channel->most,
                channel->writer != nullptr, channel->reader != nullptr);
    moved += channel->written;
    left = left || channel->fill() != 0;
  }
  std::printf("END %s %llu\n", !ended ? "deadlock" : left ? "left_over" : "done", moved);
  if (!ended || left) {
    std::fflush(stdout);
    std::_Exit(1);
  }
}

// Runs all processes to their end.
inline void join() {
  std::list<std::string> traces;
  for (Channel* channel : Channel::all()) {
    if (options().trace.empty()) break;
    traces.emplace_back();
    channel->trace = &traces.back();
  }
  report(Scheduler::instance().run());
  for (Channel* channel : Channel::all())
    if (channel->trace != nullptr)
      write_file(options().trace + "/" + channel->name + ".bin", *channel->trace);
}

}  // namespace csim

#define PROCESS(...) csim::start([&] { __VA_ARGS__; })
#define JOIN_PROCESSES csim::join();
