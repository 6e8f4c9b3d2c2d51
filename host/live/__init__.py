# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Landmarks on a stream: sources, tracking, the overlapped pipeline and what becomes of results."""
