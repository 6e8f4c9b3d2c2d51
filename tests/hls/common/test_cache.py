# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""What is kept by content."""

from __future__ import annotations

from pathlib import Path

import pytest

from hls.common.cache import cached, digest, keep
from hls.common.errors import SimulationError


def test_made_once_and_whole_or_not_at_all(tmp_path: Path) -> None:
    made: list[Path] = []

    def make(folder: Path, target: Path) -> None:
        made.append(folder)
        target.write_text("program")
        if len(made) == 1:
            raise SimulationError("half way")

    path = tmp_path / "new" / "key"
    with pytest.raises(SimulationError, match="half way"):
        cached(path, make)
    assert list(path.parent.iterdir()) == []
    assert cached(path, make) == cached(path, make) == path
    assert len(made) == 2 and path.read_text() == "program"


def test_a_cache_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SimulationError, match=r"file \(.*LANDMARK_CACHE"):
        cached(tmp_path / "file" / "key", lambda folder, target: None)


def test_a_kept_text_is_there_at_once(tmp_path: Path) -> None:
    keep(tmp_path / "map" / "key.json", "{}")
    assert [path.name for path in (tmp_path / "map").iterdir()] == ["key.json"]
    assert (tmp_path / "map" / "key.json").read_text() == "{}"


def test_a_digest_names_content_and_not_where_parts_end(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("text")
    assert digest(tmp_path / "a") == digest("text") == digest(b"text") != digest("te", "xt")
