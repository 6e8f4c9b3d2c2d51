# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""The pages: links lead somewhere, and the commands, files and options that they name exist."""

from __future__ import annotations

import doctest
import re
import subprocess
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest

from bitstream_flow.boards.board import board_names
from bitstream_flow.fifos.depths import size_fifos
from hls.operators.registry import OPERATORS
from model.data.formats import DATA_SETS
from tests.bitstream_flow.builds import make_bundle, make_chip
from tests.networks import tiny_hourglass

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted(
    path for path in [ROOT / "README.md", *ROOT.glob("[a-z]*/**/README.md")]
    if path.relative_to(ROOT).parts[0] not in {"build", "runs"}
)  # fmt: skip
_LINK = re.compile(r"\]\(([^)\s]+)\)")


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def _anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as Git hosts make them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def broken_links(page: Path) -> Iterator[str]:
    """Links of a page to files that are not there, or to headings that their page lacks."""
    for link in _LINK.findall(page.read_text()):
        if "://" in link:
            continue
        name, _, anchor = link.partition("#")
        target = (page.parent / name) if name else page
        if not target.exists() or (anchor and anchor not in _anchors(target)):
            yield link


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_links_lead_somewhere(page: Path) -> None:
    assert list(broken_links(page)) == []


def test_a_broken_link_is_found(tmp_path: Path) -> None:
    page = tmp_path / "README.md"
    page.write_text("# A part\n[a](#a-part) [b](#no-part) [c](gone.md) [d](https://example.org)\n")
    assert list(broken_links(page)) == ["#no-part", "gone.md"]


def test_the_first_page_is_short() -> None:
    assert len((ROOT / "README.md").read_text().splitlines()) <= 120


@pytest.mark.parametrize("folder", ["model", "hls", "hls/operators", "bitstream_flow",
                                    "bitstream_flow/boards", "host", "tests"])  # fmt: skip
def test_the_first_page_leads_to_each_package(folder: str) -> None:
    assert f"]({folder}/README.md)" in (ROOT / "README.md").read_text()


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_make_goals_exist(page: Path) -> None:
    goals = set(re.findall(r"^([a-z][\w -]*):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    known = {name for names in goals for name in names.split()}
    text = page.read_text()
    named = re.findall(r"(?:`|^)make ([a-z][\w-]*)", text, re.MULTILINE)
    assert set(named) <= known


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_modules_exist(page: Path) -> None:
    for name in re.findall(r"-m ((?:model|hls|bitstream_flow|host|tests)[\w.]*)", page.read_text()):
        place = ROOT / name.replace(".", "/")
        assert place.with_suffix(".py").exists() or (place / "__main__.py").exists(), name


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_files_exist(page: Path) -> None:
    """Those that are named with their path from the root."""
    for name in re.findall(
        r"\b((?:model|hls|bitstream_flow|host|tests)/[\w/-]+\.[a-z]+)", page.read_text()
    ):
        assert (ROOT / name).exists(), name


def test_help_names_every_goal() -> None:
    """`make help` is the list that the first page sends readers to."""
    text = subprocess.run(["make", "-s", "help"], cwd=ROOT, capture_output=True, text=True).stdout
    phony = re.search(r"^\.PHONY: ((?:.*\\\n)*.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert phony is not None
    goals = set(phony[1].replace("\\\n", " ").split()) - {
        "help",
        "compile-side",
        "host-side",
        "python310",
    }
    assert goals <= set(re.findall(r"[\w-]+", text)), goals - set(re.findall(r"[\w-]+", text))


def test_the_examples_in_the_pages() -> None:
    result = doctest.testfile(str(ROOT / "hls/operators/README.md"), module_relative=False)
    assert result.attempted and not result.failed


def test_every_operator_is_listed() -> None:
    first = (ROOT / "hls/operators/README.md").read_text().split("\n## ")[0]
    assert set(OPERATORS) | {"fork"} <= set(re.findall(r"\w+", first)) | {"stream_fork"}


def test_every_board_is_listed() -> None:
    for page in (ROOT / "README.md", ROOT / "bitstream_flow/boards/README.md"):
        assert set(re.findall(r"`([\w-]+)`", page.read_text())) >= set(board_names())


def test_every_data_format_is_listed() -> None:
    page = (ROOT / "model/README.md").read_text()
    assert DATA_SETS.keys() <= set(re.findall(r"`([\w-]+)`", page))


def test_every_environment_variable_is_listed() -> None:
    """Those of our own; the packages' pages leave out what other programs read."""
    files = [path for name in ("hls", "host", "model", "bitstream_flow")
             for path in (ROOT / name).rglob("*") if path.suffix in {".py", ".ipynb"}]  # fmt: skip
    ours = {name for path in files for name in re.findall(r"LANDMARK_[A-Z]+", path.read_text())}
    page = (ROOT / "host/README.md").read_text()
    assert ours and ours <= set(re.findall(r"`(LANDMARK_[A-Z]+)`", page))


def test_every_manifest_entry_is_listed(tmp_path: Path) -> None:
    logical = tiny_hourglass()
    chip = make_chip(logical, 3000)
    bundle = make_bundle(tmp_path / "bundle", logical, chip, size_fifos(chip, 3000))
    text = (ROOT / "host/README.md").read_text().split("## The bundle")[1].split("\n## ")[0]
    assert {field.name for field in fields(bundle.manifest)} <= set(re.findall(r"`(\w+)`", text))
