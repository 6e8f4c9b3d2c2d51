# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""QONNX -> FINN's hardware graph -> our graph; or the graph from a configuration alone."""
