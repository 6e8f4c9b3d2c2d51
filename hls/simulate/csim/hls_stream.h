// SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
// SPDX-License-Identifier: BSD-3-Clause
//
// hls::stream for C simulation: bounded like the FIFO in hardware, blocking, and with a name. Takes
// the place of the vendor's, which never fills up, so that no C simulation would show a deadlock.

#pragma once

#include <string>
#include <utility>
#include <vector>

#include "octets.hpp"
#include "scheduler.hpp"

namespace csim {

// What the report says of a stream.
class Channel {
 public:
  Channel(std::string name, unsigned depth) : name(std::move(name)), depth(depth) {
    all().push_back(this);
  }
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;

  static std::vector<Channel*>& all() {
    static std::vector<Channel*> channels;
    return channels;
  }

  const std::string name;
  const unsigned depth;
  unsigned most = 0;
  unsigned long long written = 0, taken = 0;
  Process* reader = nullptr;  // waits for a beat
  Process* writer = nullptr;  // waits for room
  std::string* trace = nullptr;

  unsigned fill() const { return static_cast<unsigned>(written - taken); }
};

}  // namespace csim

namespace hls {

template <typename T, int DEPTH = 0>
class stream;

// Any stream, as operators see it.
template <typename T>
class stream<T, 0> : public csim::Channel {
 public:
  explicit stream(const char* name, unsigned depth = 2) : Channel(name, depth), places_(depth) {}

  bool empty() const { return written == taken; }
  bool full() const { return fill() == depth; }

  T read() {
    while (empty()) wait(reader);
    return pop();
  }

  bool read_nb(T& value) {
    if (empty()) return false;
    value = pop();
    return true;
  }

  void write(const T& value) {
    while (full()) wait(writer);
    push(value);
  }

  // A process that asks for the second time, and got nothing done since, sleeps until any of the
  // streams that it asks has room: asking on and on would hide a deadlock.
  bool write_nb(const T& value) {
    if (full()) {
      csim::Process* const self = csim::Scheduler::instance().current();
      const bool again = writer == self && asked_in_ == self->round;
      writer = self;
      asked_in_ = self->round;
      if (again) csim::Scheduler::instance().sleep();
      if (full()) return false;
    }
    push(value);
    return true;
  }

 private:
  void wait(csim::Process*& place) {
    place = csim::Scheduler::instance().current();
    csim::Scheduler::instance().sleep();
  }

  T pop() {
    const T value = places_[taken_at_];
    taken_at_ = taken_at_ + 1 == depth ? 0 : taken_at_ + 1;
    ++taken;
    csim::Scheduler::instance().wake(writer);
    ++csim::Scheduler::instance().current()->round;
    return value;
  }

  void push(const T& value) {
    places_[written_at_] = value;
    written_at_ = written_at_ + 1 == depth ? 0 : written_at_ + 1;
    ++written;
    if (fill() > most) most = fill();
    using csim::append;
    if (trace != nullptr) append(*trace, value);
    csim::Scheduler::instance().wake(reader);
    ++csim::Scheduler::instance().current()->round;
  }

  std::vector<T> places_;
  unsigned written_at_ = 0, taken_at_ = 0, asked_in_ = 0;
};

template <typename T, int DEPTH>
class stream : public stream<T, 0> {
 public:
  explicit stream(const char* name) : stream<T, 0>(name, DEPTH) {}
};

}  // namespace hls

#include "run.hpp"
