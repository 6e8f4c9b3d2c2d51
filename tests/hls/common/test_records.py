# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Dataclasses survive the way through JSON; what is not theirs is named."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from hls.common.errors import InputError
from hls.common.records import load_record, read_record, values_of


@dataclass(frozen=True)
class Inner:
    size: float
    name: str | None = None


@dataclass(frozen=True)
class Outer:
    inner: Inner
    sizes: tuple[int, ...]
    table: dict[str, Inner] = field(default_factory=dict)
    more: Inner | None = None
    rest: dict[str, Any] = field(default_factory=dict)


WHOLE = Outer(Inner(1.5), (1, 2), {"a": Inner(2.0, "b")}, Inner(3.0), {"x": [1, None]})


def test_round_trip() -> None:
    assert read_record(Outer, json.loads(json.dumps(values_of(WHOLE)))) == WHOLE
    assert "more" not in values_of(Outer(Inner(1.0), ()))
    assert read_record(dict[str, Inner], {"a": {"size": 1}}) == {"a": Inner(1.0)}


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ({"inner": {}}, r"lacks the entry 'inner\.size'"),
        ({"inner": {"size": True}}, r"'inner\.size' that is True, not a number"),
        ({"sizes": [1, 2.5]}, "'sizes' that is 2.5, not a whole number"),
        ({"table": {"a": 3}}, r"'table\.a' that is 3, not an object"),
        ({"more": "none"}, "'more' that is 'none', not an object"),
    ],
)
def test_what_is_of_another_type_is_named(change: dict[str, Any], line: str) -> None:
    with pytest.raises(ValueError, match=line):
        read_record(Outer, values_of(WHOLE) | {"sizes": [1]} | change)


@pytest.mark.parametrize(
    ("text", "line"), [("[]", r"x\.json is \[\], not an object"), ("{", "no JSON")]
)
def test_a_file_is_named_with_the_remedy(tmp_path: Path, text: str, line: str) -> None:
    path = tmp_path / "x.json"
    with pytest.raises(InputError, match=r"no .*x\.json: make it again"):
        load_record(Outer, path, "make it again")
    path.write_text(text)
    with pytest.raises(InputError, match=rf"{line}.*: make it again"):
        load_record(Outer, path, "make it again")
