# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""FLOW=hls: the accelerator as an IP that Vitis HLS makes of the HLS C++."""
