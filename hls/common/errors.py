# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""One kind of error for bad input, and the way command lines report it."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable


class InputError(ValueError):
    """Something the user gave cannot be used; the message names it and the remedy in one line."""


class SimulationError(InputError):
    """A design cannot be built or run; the message is one line."""


def run_command(main: Callable[[], int | None]) -> None:
    """Run a command line: bad input is one line on stderr and exit 1, Ctrl-C is exit 130.

    So is what the system refuses (no space left, no permission); a reader of stdout that has gone
    (`| head`) ends the command in silence.
    """
    try:
        status = main() or 0
        # What cannot be written shows here, not when Python has nothing to say about it any more.
        print(end="", flush=True)
    except InputError as error:
        print(f"error: {error}", file=sys.stderr)
        status = 1
    except BrokenPipeError:
        mute_stdout()
        status = 1
    except OSError as error:
        mute_stdout()
        place = "" if error.filename is None else f"{error.filename}: "
        print(f"error: {place}{error.strerror or error}", file=sys.stderr)
        status = 1
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        status = 130
    sys.exit(status)


def mute_stdout() -> None:
    """Throw away what stdout does not take any more: Python would fail with it at exit."""
    try:
        print(end="", flush=True)
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def one_line(error: Exception) -> str:
    """What an exception of another library says, in one line."""
    lines = str(error).splitlines()
    return f"{type(error).__name__}: {lines[0]}" if lines else type(error).__name__
