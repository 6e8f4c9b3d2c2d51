# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""The streaming operator library: one reading unit (.py, .sv, later .hpp) an operator."""
