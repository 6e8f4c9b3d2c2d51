# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""`python -m hls.prove`."""

from hls.common.errors import run_command
from hls.prove.prove import main

run_command(main)
