# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""How command lines end."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from hls.errors import InputError, run_command


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
    ],
)
def test_exit_code_and_line(
    main: Callable[[], int | None], code: int, line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stop:
        run_command(main)
    assert stop.value.code == code
    assert capsys.readouterr().err == line


def test_a_bug_keeps_its_traceback() -> None:
    with pytest.raises(ZeroDivisionError):
        run_command(_raise(ZeroDivisionError()))
