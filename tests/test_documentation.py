# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""The pages: links lead somewhere, and the commands, files and options that they name exist."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

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
def test_files_in_tests_exist(page: Path) -> None:
    for name in re.findall(r"tests/[\w/]+\.(?:py|cpp)", page.read_text()):
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
