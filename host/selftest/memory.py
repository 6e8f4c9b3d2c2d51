# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""How much memory this process holds, so that a leak shows."""

from __future__ import annotations

import os
from pathlib import Path

from hls.common.errors import InputError

# It may grow by so much once buffers and caches are full: the C library keeps some for itself.
GROWTH_MIB = 16.0


def resident_mib() -> float:
    """This process's resident memory in MiB."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except OSError as error:
        raise InputError(f"memory can only be measured on Linux ({error})") from None
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20
