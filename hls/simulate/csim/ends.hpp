// SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Where frames come from and go to: a process that reads a file of beats, and one that writes one.

#pragma once

#include <ap_axi_sdata.h>
#include <hls_stream.h>

#include <fstream>
#include <iterator>
#include <memory>
#include <string>

namespace csim {

inline std::shared_ptr<std::string> read_file(const std::string& name) {
  std::ifstream file(options().folder + "/" + name, std::ios::binary);
  return std::make_shared<std::string>(std::istreambuf_iterator<char>(file),
                                       std::istreambuf_iterator<char>());
}

template <int WIDTH>
void fill(ap_uint<WIDTH>& beat, const char* text) {
  beat = parse<WIDTH>(text);
}

template <int WIDTH>
void fill(ap_axiu<WIDTH, 0, 0, 0>& beat, const char* text) {
  beat.data = parse<WIDTH>(text);
  beat.last = 0;
}

// Whether the beat may be the last of a frame or not; plain streams do not say.
template <int WIDTH>
bool ends_right(const ap_uint<WIDTH>&, bool) {
  return true;
}

template <int WIDTH>
bool ends_right(const ap_axiu<WIDTH, 0, 0, 0>& beat, bool last) {
  return (beat.last != 0) == last && beat.keep == ap_uint<WIDTH / 8>(-1);
}

// Sends every beat of the file `name`, each of `bytes` bytes.
template <typename Beat>
void source(hls::stream<Beat>& out, const std::string& name, size_t bytes) {
  const auto text = read_file(name);
  Scheduler::instance().add([&out, text, bytes] {
    Beat beat;
    for (size_t at = 0; at + bytes <= text->size(); at += bytes) {
      fill(beat, text->data() + at);
      out.write(beat);
    }
  });
}

// Takes `beats` beats per frame and writes them to `name`.
template <typename Beat>
void sink(hls::stream<Beat>& in, const std::string& name, int beats) {
  Scheduler::instance().add([&in, name, beats] {
    std::string text;
    for (int frame = 0; frame < options().frames; ++frame) {
      for (int i = 0; i < beats; ++i) {
        const Beat beat = in.read();
        append(text, beat);
        if (!ends_right(beat, i == beats - 1))
          fail(in.name + ": wrong tlast or tkeep at beat " + std::to_string(i));
      }
    }
    write_file(options().folder + "/" + name, text);
  });
}

}  // namespace csim
