# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""What a build leaves: its folder, its steps, the bundle and the expected hardware handoff."""
