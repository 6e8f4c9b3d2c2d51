// SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
// SPDX-License-Identifier: BSD-3-Clause
//
// An accelerator's simulation: with +live it takes beats from stdin and gives beats to stdout as
// they come, and stands still between requests; otherwise it runs as main.cpp says. A request is
// advanced until its beats are taken, its room is full, a frame's last beat has left or its cycles
// are over. At the end of stdin the FIFOs' lines follow as text.

#include <cstring>
#include <vector>

#define main run_batch
#include "main.cpp"
#undef main

namespace {

constexpr uint32_t kMark = 0x4556494c;  // "LIVE"

struct Request {
  uint64_t cycles;
  uint32_t beats;
  uint32_t room;
};

struct Reply {
  uint32_t mark;
  uint32_t taken;
  uint32_t left;
  uint32_t last;
  uint64_t cycles;       // since the reset
  uint64_t first_taken;  // the cycle of the first beat of those taken
};

using Bytes = std::vector<unsigned char>;

Reply advance(Vtestbench& top, const Request& request, const Bytes& in, Bytes& out,
              uint64_t& cycle) {
  Reply reply{kMark, 0, 0, 0, 0, 0};
  constexpr size_t in_bytes = sizeof(top.live_in), out_bytes = sizeof(top.live_out);
  for (const uint64_t end = cycle + request.cycles; cycle < end;) {
    top.live_valid = reply.taken < request.beats;
    if (top.live_valid) std::memcpy(&top.live_in, &in[reply.taken * in_bytes], in_bytes);
    top.live_room = reply.left < request.room;
    top.eval();
    const bool taken = top.live_taken, left = top.live_left, last = left && top.live_last;
    if (left) std::memcpy(&out[reply.left++ * out_bytes], &top.live_out, out_bytes);
    if (taken && reply.taken++ == 0) reply.first_taken = cycle;
    clock(top);
    ++cycle;
    reply.last = last;
    if (last || (taken && reply.taken == request.beats) || (left && reply.left == request.room))
      break;
  }
  reply.cycles = cycle;
  return reply;
}

bool read(void* target, size_t bytes) { return std::fread(target, 1, bytes, stdin) == bytes; }

int serve(Vtestbench& top) {
  top.live_valid = top.live_room = 0;
  top.clk = top.rst_n = 0;
  top.eval();
  for (uint64_t i = 0; i < kResetCycles; ++i) clock(top);
  top.rst_n = 1;
  uint64_t cycle = 0;
  Bytes in, out;
  for (Request request; read(&request, sizeof(request));) {
    in.resize(request.beats * sizeof(top.live_in));
    out.resize(request.room * sizeof(top.live_out));
    if (!read(in.data(), in.size())) break;
    const Reply reply = advance(top, request, in, out, cycle);
    std::fwrite(&reply, 1, sizeof(reply), stdout);
    std::fwrite(out.data(), sizeof(top.live_out), reply.left, stdout);
    std::fflush(stdout);
  }
  top.final();
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  VerilatedContext context;
  context.commandArgs(argc, argv);
  if (*context.commandArgsPlusMatch("live") == '\0') return run_batch(argc, argv);
  Vtestbench top{&context};
  return serve(top);
}
