# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""What `make stranger` leaves of this machine, and what it makes of a failure."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tests.debian import enter, lend_certificates
from tests.stranger import (
    Stranger,
    bare_environment,
    clone,
    find_python,
    look_beside,
    run_commands,
    try_version,
    verdict,
)


def test_pips_settings_and_the_path_are_not_the_machines() -> None:
    machine = {
        "PIP_FIND_LINKS": "/opt", "PIP_CONSTRAINT": "/c", "PIP_CONFIG_FILE": "/etc/pip.conf",
        "PIP_CERT": "/ca.crt", "PATH": "/mine", "HOME": "/root", "PYTHONPATH": "/x", "LANG": "C",
        "LANDMARK_DATA": "/data", "XDG_CONFIG_HOME": "/conf",
    }  # fmt: skip
    bare = bare_environment("/home/stranger", "stranger", machine)
    assert bare.pop("PATH").split(":")[0] == "/usr/local/sbin"
    assert bare == {
        "PIP_CONFIG_FILE": "/dev/null", "PIP_CERT": "/ca.crt", "LANG": "C",
        "HOME": "/home/stranger", "USER": "stranger", "LOGNAME": "stranger",
    }  # fmt: skip


def test_the_first_command_that_fails_ends_it(capfd) -> None:
    python = [sys.executable, "-c"]
    commands = [
        ("one", [*python, "pass"]),
        ("two", [*python, "exit(3)"]),
        ("three", [*python, "print('never')"]),
    ]
    outcomes = run_commands(commands)
    assert [outcome.status for outcome in outcomes] == [0, 3]
    assert str(outcomes[0]) == "one: passed in 0.0 minutes"
    assert str(outcomes[1]) == "two: FAILED (exit 3) in 0.0 minutes"
    assert "never" not in capfd.readouterr().out


def test_a_pin_that_is_missing_fails_and_a_missing_network_does_not() -> None:
    step = ("--constraint", "pins.txt", "torch")
    missing = "ERROR: No matching distribution found for torch==2.13.0+cpu"
    assert verdict(step, missing) == (
        False, f"pip install --constraint pins.txt torch\n{missing}"
    )  # fmt: skip
    away = "WARNING: NewConnectionError('...: Failed to establish a new connection: [Errno -3]')"
    good, line = verdict(step, f"{away}\n{missing}")
    assert good and line.startswith("pins not checked, no network: Failed to establish a new conn")


def test_a_stranger_is_no_root_and_has_a_python(tmp_path: Path, monkeypatch) -> None:
    stranger = Stranger(tmp_path)
    assert stranger.environment["HOME"] == str(tmp_path / "home")
    assert stranger.how.get("user") != 0
    ours = "python{}.{}".format(*sys.version_info[:2])
    # This Python may be one that only make PYTHON= names.
    (tmp_path / ours).symlink_to(sys.executable)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setenv("PYTHON", "/no/python")
    assert find_python("2.7") is None and find_python(ours.removeprefix("python")) is not None


def test_a_copied_program_looks_for_its_libraries_beside_itself(tmp_path: Path) -> None:
    program = tmp_path / "python"
    program.write_bytes(b"x\0/some/python/lib\0/some/python/lib/more\0")
    look_beside(program, Path("/some/python/lib"))
    assert program.read_bytes() == b"x\0$ORIGIN/../lib\0\0\0/some/python/lib/more\0"
    program.write_bytes(b"/a/lib\0")
    look_beside(program, Path("/a/lib"))
    assert program.read_bytes() == b"/a/lib\0"


def test_a_python_that_was_asked_for_and_is_not_there(tmp_path: Path, capsys) -> None:
    assert try_version("2.6", tmp_path, ())
    assert not try_version("2.6", tmp_path, (), needed=True)
    assert capsys.readouterr().out == 2 * "Python 2.6: not on this machine, so not tried\n"


@pytest.mark.git
def test_a_clone_has_what_is_committed(tmp_path: Path) -> None:
    there = clone(tmp_path)
    assert (there / "Makefile").is_file() and not (there / "build").exists()


def test_a_command_inside_a_debian_has_mounts_of_its_own(tmp_path: Path) -> None:
    command = enter(Path("/var/debian"), "make", "test", user="1000")
    assert command[:2] == ["unshare", "--mount"]
    assert command[-5:] == [
        "/var/debian", "--userspec=1000:1000", "/var/debian", "make", "test",
    ]  # fmt: skip
    certificates = tmp_path / "etc" / "ca.crt"
    certificates.parent.mkdir()
    certificates.write_text("a certificate")
    lend_certificates(tmp_path / "debian", {"PIP_CERT": str(certificates), "SSL_CERT_FILE": ""})
    there = tmp_path / "debian" / certificates.relative_to("/")
    assert there.read_text() == "a certificate"
