# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Tests: a package of its own, for some packages install one called `tests`, too."""
