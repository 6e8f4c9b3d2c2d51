# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""The dataflow compiler: QONNX to a folded graph of streaming operators, RTL and a bundle."""
