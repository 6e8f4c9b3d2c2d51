# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Synthesis with open tools: Yosys for the board's part, Yosys and nextpnr for an ECP5."""
