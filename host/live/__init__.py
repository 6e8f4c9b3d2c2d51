# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Landmarks live: pictures from a camera or video, and the web page that shows them."""
