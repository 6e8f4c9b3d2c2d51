# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""The tiers: what `make test-fast` leaves out, and that every reason to skip is a marker."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import tests.conftest as tiers

tomllib = pytest.importorskip("tomllib", reason="Python 3.10 has no tomllib")
ROOT = Path(__file__).resolve().parent.parent


class Item:
    """A test with these markers."""

    def __init__(self, *names: str, place: str = "test_tiers.py") -> None:
        self.path = ROOT / "tests" / place
        self.markers = [SimpleNamespace(name=name) for name in names]
        self.skipped: list[str] = []

    def iter_markers(self) -> list[SimpleNamespace]:
        return self.markers

    def add_marker(self, marker: str | pytest.MarkDecorator) -> None:
        if isinstance(marker, str):
            self.markers.append(SimpleNamespace(name=marker))
        else:
            self.skipped.append(marker.kwargs["reason"])

    @property
    def slow(self) -> bool:
        return any(marker.name == "slow" for marker in self.markers)


def _declared() -> dict[str, str]:
    text = tomllib.loads((ROOT / "pyproject.toml").read_text())
    return dict(line.split(": ", 1) for line in text["tool"]["pytest"]["ini_options"]["markers"])


def test_markers_are_declared_and_listed() -> None:
    page = (ROOT / "tests/README.md").read_text()
    listed = re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE)
    assert sorted(_declared()) == sorted(listed) == sorted({"slow", *tiers.NEEDS})


def test_every_other_reason_is_listed() -> None:
    """What a test only finds out as it runs, and modules that cannot be imported."""
    page = (ROOT / "tests/README.md").read_text()
    for path in (ROOT / "tests").rglob("*.py"):
        if path not in (Path(__file__), ROOT / "tests/conftest.py"):
            text = path.read_text()
            assert "skipif" not in text, f"{path}: make it a marker"
            if "pytest.skip(" in text:
                assert path.relative_to(ROOT / "tests").as_posix() in page


def test_what_takes_time_is_slow_and_what_is_missing_is_skipped(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    items = plain, quick, tools = Item("parametrize"), Item("make"), Item("tcl", "data")
    trained = Item(place="model/test_training.py")
    missing = {"make": lambda: "", "tcl": lambda: "no tclsh", "data": lambda: "no data"}
    monkeypatch.setattr(tiers, "_CHECKS", missing)
    tiers.pytest_collection_modifyitems([*items, trained])
    assert [item.slow for item in items] == [False, False, True]
    assert trained.slow and trained.skipped == []
    assert plain.skipped == quick.skipped == [] and tools.skipped == ["no data", "no tclsh"]


@pytest.mark.parametrize(("tier", "hidden"), [("not slow", True), ("", False)])
def test_the_fast_tier_has_no_finn(
    tier: str, hidden: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed = object()
    monkeypatch.setitem(sys.modules, "finn", installed)
    tiers.pytest_configure(SimpleNamespace(getoption=lambda _: tier))  # type: ignore[arg-type]
    assert sys.modules["finn"] is (None if hidden else installed)


def test_slow_places_are_there_and_the_import_order_is_none_of_them() -> None:
    assert all((ROOT / "tests" / place).exists() for place in tiers.SLOW)
    assert not tiers._is_slow(ROOT / "tests/test_import_order.py")


@pytest.mark.parametrize("command", ["g++ -c a.cpp", ["/usr/bin/clang++"], [Path("verilator_bin")]])
def test_a_compiler_in_the_fast_tier_is_an_error(command: Any) -> None:
    with pytest.raises(AssertionError, match="the fast tier starts no"):
        tiers._Popen(command)


def test_other_programs_are_started(tmp_path: Path) -> None:
    with tiers._Popen([sys.executable, "-c", "raise SystemExit(3)"]) as process:
        assert process.wait() == 3
