# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Dataclasses as JSON values and back, every value's type checked on the way in."""

from __future__ import annotations

import json
import reprlib
from dataclasses import MISSING, asdict, fields, is_dataclass
from pathlib import Path
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from hls.common.errors import InputError

T = TypeVar("T")
_NAMES = {int: "a whole number", float: "a number", str: "text", bool: "true or false"}


def values_of(record: Any) -> dict[str, Any]:
    """A dataclass as JSON values; fields that are None are left out, nested ones stay."""
    return {name: value for name, value in asdict(record).items() if value is not None}


def read_record(kind: type[T], values: object) -> T:
    """JSON values as a `kind`: a dataclass, or a dict of them.

    Entries that the class does not know are ignored. ValueError names the entry that is missing, of
    another type or makes no sense.
    """
    return _read(kind, values, "")


def load_record(kind: type[T], path: Path, remedy: str) -> T:
    """The same from a file; InputError names the file, the entry and the `remedy`."""
    try:
        return read_record(kind, json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        raise InputError(f"no {path}: {remedy}") from None
    except json.JSONDecodeError as error:
        raise InputError(f"{path} is no JSON ({error}): {remedy}") from None
    except ValueError as error:
        raise InputError(f"{path} {error}: {remedy}") from None


def _read(kind: Any, value: Any, key: str) -> Any:
    origin, inner = get_origin(kind), get_args(kind)
    if kind is Any:
        return value
    if type(None) in inner:
        return None if value is None else _read(inner[0], value, key)
    if is_dataclass(kind):
        return _read_fields(kind, _expect(dict, value, key), key)
    if origin is dict:
        entries = _expect(dict, value, key).items()
        return {name: _read(inner[1], item, _join(key, name)) for name, item in entries}
    if origin is tuple:
        return tuple(_read(inner[0], item, key) for item in _expect(list, value, key))
    return _expect(kind, float(value) if kind is float and type(value) is int else value, key)


def _read_fields(kind: Any, values: dict[str, Any], key: str) -> Any:
    hints, found = get_type_hints(kind), {}
    for field in fields(kind):
        name = _join(key, field.name)
        if field.name in values:
            found[field.name] = _read(hints[field.name], values[field.name], name)
        elif field.default is MISSING and field.default_factory is MISSING:
            raise ValueError(f"lacks the entry {name!r}")
    try:
        return kind(**found)
    except ValueError as error:
        raise ValueError(f"has a wrong entry {key!r}: {error}" if key else str(error)) from None


def _expect(kind: type, value: Any, key: str) -> Any:
    if type(value) is not kind:
        wanted = _NAMES.get(kind, "a list" if kind is list else "an object")
        place = f"has an entry {key!r} that " if key else ""
        raise ValueError(f"{place}is {reprlib.repr(value)}, not {wanted}")
    return value


def _join(key: str, name: str) -> str:
    return f"{key}.{name}" if key else name
