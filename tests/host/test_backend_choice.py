# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Which backend `auto` is."""

from __future__ import annotations

from pathlib import Path

import pytest

from hls.common.errors import InputError
from host import backend_choice
from host.bundle.bundle import Bundle, load_bundle
from tests.networks import write_test_bundle


@pytest.fixture()
def bundle(tmp_path: Path) -> Bundle:
    return load_bundle(write_test_bundle(tmp_path / "bundle"))


@pytest.mark.parametrize(
    ("machine", "expected"), [("x86_64", "emulator"), ("armv7l", "board"), ("aarch64", "board")]
)
def test_auto_is_the_best_there_is(
    bundle: Bundle, monkeypatch: pytest.MonkeyPatch, machine, expected
) -> None:
    opened = []
    monkeypatch.setattr(backend_choice, "open_backend", lambda name, *_: opened.append(name))
    monkeypatch.setattr(backend_choice.platform, "machine", lambda: machine)
    monkeypatch.setattr(backend_choice.importlib.util, "find_spec", lambda name: name)
    (bundle.folder / "overlay.bit").touch()
    backend_choice.open_chosen("auto", bundle, print)
    assert opened == [expected]


def test_a_board_without_the_bitstream_is_no_board(
    bundle: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backend_choice.platform, "machine", lambda: "armv7l")
    assert not backend_choice._on_a_board(bundle)
    # A backend asked for by name is opened, or refused, as that.
    with pytest.raises(InputError, match="unknown backend"):
        backend_choice.open_chosen("fpga", bundle, print)
