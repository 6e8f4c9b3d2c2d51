# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Folders import downwards only, and what lies in the open belongs there.

A file directly in a package is a command; what computes lies in a folder that names a stage.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
# The folders of a package in layers, lowest first; those of one layer don't know each other. A
# file in the open has its place among them where folders import it.
LAYERS = {
    "hls": (("common",), ("streams",), ("operators",), ("graph",), ("simulate",), ("prove",)),
    "bitstream_flow": (
        ("boards", "fifos", "frontend", "generate", "synth"),
        ("plan",),
        ("artifacts",),
        ("vendors", "verify"),
        ("report", "benchmarks"),
    ),
    "host": (
        ("bundle", "page"),
        ("api",),
        ("golden",),
        ("board", "emulator"),
        ("simulated",),
        ("backends",),
        ("backend_choice",),
        ("pictures",),
        ("live", "selftest"),
        ("outputs",),
        ("app", "notebooks"),
    ),
    "model": (
        ("config",),
        ("network", "data"),
        ("training",),
        ("evaluation",),
        ("checks",),
    ),
}
# What may lie directly in a package beside `__init__.py`.
IN_THE_OPEN: dict[str, frozenset[str]] = {
    "hls": frozenset(),
    "bitstream_flow": frozenset(
        {"bench", "build", "equality", "fit", "map_plan", "pareto", "route", "set_up"}
    ),
    "host": frozenset(
        {"backend_choice", "backends", "deploy", "overlays", "page_bench", "run_pynq", "soak"}
    ),
    "model": frozenset(
        {
            "ablate",
            "bench",
            "calibrate",
            "card",
            "check_data",
            "config",
            "evaluate",
            "export",
            "summary",
            "train",
        }
    ),
}
# Packages that a package knows.
KNOWN = {
    "hls": {"hls"},
    "host": {"hls", "host"},
    "model": {"hls", "model"},
    "bitstream_flow": {"bitstream_flow", "hls", "host", "model"},
}


def _imports(path: Path) -> Iterator[str]:
    """The modules that a file imports, also those inside functions."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            # `from package import module` names a module, too; a symbol more does no harm.
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _upward(package: str, layers: tuple[tuple[str, ...], ...]) -> Iterator[str]:
    """Imports of a folder from its own layer's other folders or from higher ones."""
    level = {name: number for number, names in enumerate(layers) for name in names}
    for path in sorted((ROOT / package).rglob("*.py")):
        folder = path.relative_to(ROOT / package).parts[0].removesuffix(".py")
        own = level.get(folder, len(layers))
        for name in _imports(path):
            parts = name.split(".")
            if parts[0] != package or len(parts) < 2 or parts[1] == folder:
                continue
            if level.get(parts[1], len(layers)) >= own < len(layers):
                yield f"{path.relative_to(ROOT)} imports {name}"


@pytest.mark.parametrize("package", LAYERS)
def test_folders_import_downwards_only(package: str) -> None:
    assert list(_upward(package, LAYERS[package])) == []


@pytest.mark.parametrize("package", LAYERS)
def test_every_folder_has_its_layer(package: str) -> None:
    found = {path.parent.name for path in (ROOT / package).glob("*/__init__.py")}
    assert found == {name for names in LAYERS[package] for name in names} - IN_THE_OPEN[package]


@pytest.mark.parametrize("package", LAYERS)
def test_only_commands_lie_in_the_open(package: str) -> None:
    found = {path.stem for path in (ROOT / package).glob("*.py")} - {"__init__"}
    assert found == IN_THE_OPEN[package]


@pytest.mark.parametrize("package", KNOWN)
def test_packages_know_only_those_below(package: str) -> None:
    ours = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests"}
    known = {
        name.split(".")[0] for path in (ROOT / package).rglob("*.py") for name in _imports(path)
    }
    assert known & ours <= KNOWN[package]


def _module(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


@pytest.mark.parametrize("package", LAYERS)
def test_no_modules_import_each_other_in_a_circle(package: str) -> None:
    paths = {_module(path): path for path in (ROOT / package).rglob("*.py")}
    graph = {name: paths.keys() & set(_imports(path)) for name, path in paths.items()}
    # Raises CycleError, which names the circle.
    assert len(list(TopologicalSorter(graph).static_order())) == len(paths)


def test_an_upward_import_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for folder, line in (("low", "from p.high.b import x"), ("high", "import p.low.a")):
        (tmp_path / "p" / folder).mkdir(parents=True)
        (tmp_path / "p" / folder / "m.py").write_text(f"def f():\n    {line}\n")
    monkeypatch.setattr("tests.test_import_order.ROOT", tmp_path)
    found = list(_upward("p", (("low",), ("high",))))
    assert found == ["p/low/m.py imports p.high.b.x"]
