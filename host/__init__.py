# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""What runs beside the accelerator: golden model, backends, drawing, run_pynq.py.

Imports the standard library, numpy, OpenCV and `hls` only, so that it runs on a board
(Python 3.10, numpy 1.21).
"""
