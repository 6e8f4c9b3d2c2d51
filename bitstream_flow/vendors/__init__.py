# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""The last step by other people's tools: Vivado, Vitis HLS, FINN's builder."""
