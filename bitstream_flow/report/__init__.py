# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""The report of a finished build: one HTML page that needs neither a network nor a server."""
