# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""One kind of error for bad input, and the way command lines report it."""

from __future__ import annotations

import sys
from collections.abc import Callable


class InputError(ValueError):
    """Something the user gave cannot be used; the message names it and the remedy in one line."""


def run_command(main: Callable[[], int | None]) -> None:
    """Run a command line: bad input is one line on stderr and exit 1, Ctrl-C is exit 130."""
    try:
        sys.exit(main() or 0)
    except InputError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        sys.exit(130)
