# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""How command lines end."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from hls.common.errors import InputError, run_command

ROOT = Path(__file__).resolve().parents[3]


def _raise(error: BaseException) -> Callable[[], None]:
    def main() -> None:
        raise error

    return main


@pytest.mark.parametrize(
    ("main", "code", "line"),
    [
        (lambda: None, 0, ""),
        (lambda: 3, 3, ""),
        (_raise(InputError("width 7 is odd; choose 8")), 1, "error: width 7 is odd; choose 8\n"),
        (_raise(KeyboardInterrupt()), 130, "interrupted\n"),
        (_raise(PermissionError(13, "Permission denied", "a.png")), 1,
         "error: a.png: Permission denied\n"),
        (_raise(OSError(28, "No space left on device")), 1, "error: No space left on device\n"),
        (_raise(BrokenPipeError()), 1, ""),
    ],
)  # fmt: skip
def test_exit_code_and_line(
    main: Callable[[], int | None], code: int, line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stop:
        run_command(main)
    assert stop.value.code == code
    assert capsys.readouterr().err == line


@pytest.mark.parametrize(
    ("reader", "errors"),
    [("true", ""), (None, "error: No space left on device\n")],
)
def test_stdout_that_takes_no_more(reader: str | None, errors: str) -> None:
    text = "from hls.common.errors import run_command; run_command(lambda: print('x' * (1 << 20)))"
    command = f'{sys.executable} -c "{text}"'
    shell = f"{command} > /dev/full" if reader is None else f"{command} | {reader} 2> /dev/null"
    run = subprocess.run(shell, shell=True, cwd=ROOT, capture_output=True, text=True)
    assert run.stderr == errors


def test_a_bug_keeps_its_traceback() -> None:
    with pytest.raises(ZeroDivisionError):
        run_command(_raise(ZeroDivisionError()))
