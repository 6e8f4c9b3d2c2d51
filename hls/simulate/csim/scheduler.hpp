// SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Dataflow processes in C simulation: threads of their own that hand over to each other only where
// they wait for a stream. So nothing has to be locked, a change of thread costs a few nanoseconds,
// every run is the same, and a deadlock is seen at once: there is nobody left to go on.

#pragma once

#include <setjmp.h>
#include <sys/mman.h>
#include <ucontext.h>

#include <cstdio>
#include <cstdlib>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace csim {

// Address space of a stack; a page takes memory once it is touched.
constexpr size_t kStackBytes = size_t{8} << 20;

// Ends the program at once, from whatever stack.
[[noreturn]] inline void fail(const std::string& message) {
  std::printf("ERROR %s\n", message.c_str());
  std::fflush(stdout);
  std::_Exit(2);
}

class Process {
 public:
  explicit Process(std::function<void()> body) : body_(std::move(body)) {
    getcontext(&context_);
    constexpr int kFlags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK;
    context_.uc_stack.ss_sp = mmap(nullptr, kStackBytes, PROT_READ | PROT_WRITE, kFlags, -1, 0);
    context_.uc_stack.ss_size = kStackBytes;
    if (context_.uc_stack.ss_sp == MAP_FAILED) fail("no memory for another process");
  }
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  ~Process() { munmap(context_.uc_stack.ss_sp, kStackBytes); }

 private:
  friend class Scheduler;
  std::function<void()> body_;
  ucontext_t context_;  // to begin with; then a long jump is much quicker
  jmp_buf place_;
  bool begun_ = false, asleep_ = false;

 public:
  unsigned round = 0;  // moves on whenever the process got something done
};

class Scheduler {
 public:
  static Scheduler& instance() {
    static Scheduler scheduler;
    return scheduler;
  }

  Process* current() const { return current_; }

  void add(std::function<void()> body) {
    processes_.push_back(std::make_unique<Process>(std::move(body)));
    ready_.push_back(processes_.back().get());
  }

  // Runs until every process has ended; false if some wait for each other.
  bool run() {
    while (!ready_.empty()) {
      current_ = ready_.front();
      ready_.pop_front();
      if (_setjmp(back_) == 0) go_on(*current_);
    }
    current_ = nullptr;
    return running_ == 0;
  }

  // The current process waits until it is woken.
  void sleep() {
    current_->asleep_ = true;
    ++current_->round;
    if (_setjmp(current_->place_) == 0) _longjmp(back_, 1);
  }

  void wake(Process*& process) {
    if (process != nullptr && process->asleep_) {
      process->asleep_ = false;
      ready_.push_back(process);
    }
    process = nullptr;
  }

 private:
  void go_on(Process& process) {
    if (process.begun_) _longjmp(process.place_, 1);
    process.begun_ = true;
    ++running_;
    makecontext(&process.context_, &Scheduler::begin, 0);
    setcontext(&process.context_);
  }

  static void begin() {
    Scheduler& scheduler = instance();
    scheduler.current_->body_();
    --scheduler.running_;
    _longjmp(scheduler.back_, 1);
  }

  std::vector<std::unique_ptr<Process>> processes_;
  std::deque<Process*> ready_;
  Process* current_ = nullptr;
  jmp_buf back_;
  int running_ = 0;
};

}  // namespace csim
