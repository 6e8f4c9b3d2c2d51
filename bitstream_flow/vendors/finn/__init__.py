# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""FLOW=finn: FINN's own builder after our front end, and FINN's folding beside ours."""
