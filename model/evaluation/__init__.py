# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""What evaluation computes: metrics, tables of them beside published figures, pictures."""
