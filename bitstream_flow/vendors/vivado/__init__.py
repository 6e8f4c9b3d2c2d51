# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""FLOW=rtl: what Vivado needs to make the bitstream, and what it reports back."""
