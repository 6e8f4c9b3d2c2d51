# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Operators and chips run: RTL by Verilator, HLS C++ by a compiler."""
