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

FORMAT = "binary-landmarks-bundle"
VERSION = 2
MANIFEST = "manifest.json"
# Bitstream and handoff, named alike as pynq wants them.
BIT, HANDOFF = "overlay.bit", "overlay.hwh"
REMEDY = "build the bundle again"


def seal(folder: Path, manifest: Mapping[str, Any]) -> None:
    """Write manifest.json for the files that lie in `folder`, in one step."""
    sealed = {"format": FORMAT, "version": VERSION, **manifest}
    sealed["checksums"] = {
        path.relative_to(folder).as_posix(): _file_sha256(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != MANIFEST
    }
    sealed["manifest_sha256"] = _manifest_sha256(sealed)
    fresh = folder / f"{MANIFEST}.new"
    fresh.write_text(json.dumps(sealed, indent=1) + "\n")
    os.replace(fresh, folder / MANIFEST)


def check_seal(folder: Path) -> dict[str, Any]:
    """The manifest of a whole, unchanged bundle; anything else is an InputError that names it."""
    manifest = _read_manifest(folder)
    for name, expected in manifest["checksums"].items():
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
