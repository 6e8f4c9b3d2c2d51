// SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Clocks the bench until every sink has its beats, or until nothing has moved at any source or
// sink for `idle_limit` cycles. Lines on stdout: PROGRESS <beats> and END <reason> <cycles>.

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>

#include "Vbench.h"
#include "verilated.h"

namespace {

constexpr uint64_t kResetCycles = 4;
constexpr uint64_t kReportEvery = 1 << 13;

uint64_t plusarg(VerilatedContext& context, const std::string& name, uint64_t otherwise) {
  const std::string match = context.commandArgsPlusMatch((name + "=").c_str());
  return match.empty() ? otherwise : std::strtoull(match.c_str() + name.size() + 2, nullptr, 10);
}

void clock(Vbench& bench) {
  bench.clk = 1;
  bench.eval();
  bench.clk = 0;
  bench.eval();
}

}  // namespace

int main(int argc, char** argv) {
  VerilatedContext context;
  context.commandArgs(argc, argv);
  Vbench bench{&context};
  const uint64_t idle_limit = plusarg(context, "idle_limit", 100'000);

  bench.clk = 0;
  bench.rst_n = 0;
  bench.eval();
  for (uint64_t i = 0; i < kResetCycles; ++i) clock(bench);
  bench.rst_n = 1;
  bench.eval();

  uint64_t cycles = 0;
  for (uint64_t idle = 0; !bench.done && idle < idle_limit && !context.gotFinish(); ++cycles) {
    idle = bench.moved ? 0 : idle + 1;
    clock(bench);
    if (cycles % kReportEvery == 0) {
      std::printf("PROGRESS %u\n", bench.beats);
      std::fflush(stdout);
    }
  }
  const char* reason = context.gotFinish() ? "finish" : bench.done ? "done" : "deadlock";
  std::printf("END %s %llu\n", reason, static_cast<unsigned long long>(cycles));
  // What no output needs (rows that a stride skips) may still be on its way to a trace.
  if (bench.done) {
    for (uint64_t i = 0; i < cycles / 8 + 100; ++i) clock(bench);
  }
  bench.final();
  return 0;
}
