# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Photographs: files, faces in them, crops, drawing, packed test sets."""
