# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Why tests are skipped."""

NO_PYNQ = (
    "pynq is only in the host environment, and only under Python 3.11 and 3.12: it needs numpy < 2"
)
