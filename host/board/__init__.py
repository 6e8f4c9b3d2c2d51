# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""The accelerator through pynq: one code for a board and for the simulated device.

preflight (can it run here) -> session (overlay, DMA, buffers) -> engine (frames in order, errors
survived).
"""
