// SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
// SPDX-License-Identifier: BSD-3-Clause
//
// A dataflow process: in synthesis a plain call under DATAFLOW. In C simulation
// hls/simulate/csim/hls_stream.h runs each as a process of its own, one frame after the other, as
// the hardware does.

#pragma once

#include <hls_stream.h>

#ifndef PROCESS
#define PROCESS(...) __VA_ARGS__
#define JOIN_PROCESSES
#endif
