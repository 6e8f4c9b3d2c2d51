# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Jupyter notebooks; `pynq get-notebooks binary-landmarks` copies them to a board's folder."""
