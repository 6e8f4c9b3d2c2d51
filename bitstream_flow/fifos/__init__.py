# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""How deep each FIFO is, by a schedule and by an untimed analysis, and where it is stored."""
