# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""How far each operator is folded, so that the rate is met inside the board's budget."""
