# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""The streaming operator library, its simulators and its proofs; folders import downwards only.

common <- streams <- operators <- graph <- simulate <- prove
"""
