# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Landmarks on photographs, videos and cameras: `python host/run_pynq.py --help`."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

if __name__ == "__main__":
    # Ctrl-C while the libraries load ends the program without a traceback.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    if not __package__:
        # Run as a file, Python looks for modules beside it instead of in the repository's root.
        sys.path[0] = str(Path(__file__).resolve().parent.parent)
    from hls.common.errors import run_command
    from host.app.command import main

    signal.signal(signal.SIGINT, signal.default_int_handler)
    run_command(main)
