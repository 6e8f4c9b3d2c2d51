# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Lines for the user while something takes its time: whoever works gets a `Note` to say them to."""

from __future__ import annotations

import sys
from collections.abc import Callable

Note = Callable[[str], None]


def note(text: str) -> None:
    """A line on stderr, out of the way of results."""
    print(text, file=sys.stderr)


def silent(text: str) -> None:
    """Takes notes and says nothing."""
