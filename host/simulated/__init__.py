# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""A simulated board for pynq: memory, AXI DMA, clocks, and the accelerator that they serve.

`host.simulated.device` is the pynq.Device; it needs pynq, everything else here does not.
"""
