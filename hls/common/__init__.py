# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""What every package builds on: errors, folders, progress, programs and a cache by content."""
