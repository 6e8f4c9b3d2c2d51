// SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Clocks the testbench until every sink has its beats, or until nothing has moved at any source or
// sink for `idle_limit` cycles. Lines on stdout: PROGRESS <beats> and END <reason> <cycles>.

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>

#include "Vtestbench.h"
#include "verilated.h"

namespace {

constexpr uint64_t kResetCycles = 4;
constexpr uint64_t kReportEvery = 1 << 13;

uint64_t plusarg(VerilatedContext& context, const std::string& name, uint64_t otherwise) {
  const std::string match = context.commandArgsPlusMatch((name + "=").c_str());
  return match.empty() ? otherwise : std::strtoull(match.c_str() + name.size() + 2, nullptr, 10);
}

void clock(Vtestbench& top) {
  top.clk = 1;
  top.eval();
  top.clk = 0;
  top.eval();
}

}  // namespace

int main(int argc, char** argv) {
  VerilatedContext context;
  context.commandArgs(argc, argv);
  Vtestbench top{&context};
  const uint64_t idle_limit = plusarg(context, "idle_limit", 100'000);

  top.clk = 0;
  top.rst_n = 0;
  top.eval();
  for (uint64_t i = 0; i < kResetCycles; ++i) clock(top);
  top.rst_n = 1;
  top.eval();

  uint64_t cycles = 0;
  for (uint64_t idle = 0; !top.done && idle < idle_limit && !context.gotFinish(); ++cycles) {
    idle = top.moved ? 0 : idle + 1;
    clock(top);
    if (cycles % kReportEvery == 0) {
      std::printf("PROGRESS %u\n", top.beats);
      std::fflush(stdout);
    }
  }
  const char* reason = context.gotFinish() ? "finish" : top.done ? "done" : "deadlock";
  std::printf("END %s %llu\n", reason, static_cast<unsigned long long>(cycles));
  // What no output needs (rows that a stride skips) may still be on its way to a trace.
  if (top.done) {
    for (uint64_t i = 0; i < cycles / 8 + 100; ++i) clock(top);
  }
  top.final();
  return 0;
}
