# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Checksums of a bundle's files and of its manifest: written by `seal`, proven by `check_seal`."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from hls.common.errors import InputError
from hls.common.records import read_record, values_of
from host.bundle.manifest import FORMAT, VERSION, Manifest

MANIFEST = "manifest.json"
# Bitstream and handoff, named alike as pynq wants them.
BIT, HANDOFF = "overlay.bit", "overlay.hwh"
REMEDY = "build the bundle again"


def seal(folder: Path, manifest: Manifest) -> None:
    """Write manifest.json for the files that lie in `folder`, in one step."""
    seal_values(folder, values_of(manifest))


def seal_values(folder: Path, values: Mapping[str, Any]) -> None:
    """The same for entries that need make no sense."""
    checksums = {
        path.relative_to(folder).as_posix(): _file_sha256(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != MANIFEST
    }
    sealed = {**values, "checksums": checksums}
    sealed["manifest_sha256"] = _manifest_sha256(sealed)
    fresh = folder / f"{MANIFEST}.new"
    fresh.write_text(json.dumps(sealed, indent=1) + "\n")
    os.replace(fresh, folder / MANIFEST)


def check_seal(folder: Path) -> Manifest:
    """The manifest of a whole, unchanged bundle; anything else is an InputError that names it."""
    values = _read_manifest(folder)
    try:
        manifest = read_record(Manifest, values)
    except ValueError as error:
        # Sealed all the same: another program wrote it.
        raise InputError(f"{folder / MANIFEST} {error}: {REMEDY}") from None
    for name, expected in manifest.checksums.items():
        _check_file(folder, name, expected)
    return manifest


def _read_manifest(folder: Path) -> dict[str, Any]:
    path = folder / MANIFEST
    if not path.is_file():
        raise InputError(f"{folder} holds no {MANIFEST}: give the folder of a bundle")
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise InputError(f"{path} is damaged ({error}): {REMEDY}") from None
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise InputError(f"{path} is not a bundle's manifest (format {FORMAT!r} is missing)")
    if manifest.get("version") != VERSION:
        raise InputError(
            f"{path} has format version {manifest.get('version')}, this host/ reads {VERSION}:"
            f" {REMEDY} with the same release"
        )
    if manifest.get("manifest_sha256") != _manifest_sha256(manifest):
        raise InputError(f"{path} was changed (its own checksum differs): {REMEDY}")
    return manifest


def _check_file(folder: Path, name: str, expected: str) -> None:
    place = PurePosixPath(name)
    if place.is_absolute() or ".." in place.parts:
        raise InputError(f"{folder / MANIFEST} lists {name}, which lies outside the bundle")
    path = folder / place
    if not path.is_file():
        raise InputError(f"{path} is missing from the bundle: {REMEDY}")
    if _file_sha256(path) != expected:
        raise InputError(f"{path} is damaged (its checksum differs): {REMEDY}")


def _file_sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _manifest_sha256(manifest: Mapping[str, Any]) -> str:
    kept = {key: value for key, value in manifest.items() if key != "manifest_sha256"}
    canonical = json.dumps(kept, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()
