# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""What runs beside the accelerator: golden model, backends, drawing, run_pynq.py.

Imports the standard library, numpy, OpenCV and `hls` only, so that it runs on a board
(Python 3.10, numpy 1.21).
"""

import os

# OpenCV and its FFmpeg report on stderr what callers learn from return values anyway, and say it
# in better words. Both read this when they are loaded.
os.environ.setdefault("OPENCV_LOG_LEVEL", "FATAL")
os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")
