# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Images in and out of files: RGB uint8 (H, W, 3); a file is written whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import cv2
import numpy as np

from hls.common.errors import InputError

_PNG = b"\x89PNG\r\n\x1a\n"


def read_image(path: Path) -> np.ndarray:
    """The image as RGB uint8 (H, W, 3); no file or no image is an InputError."""
    try:
        data = np.frombuffer(_without_profile(path.read_bytes()), np.uint8)
    except OSError as error:
        raise InputError(f"cannot read image {path}: {error.strerror}") from None
    image = cv2.imdecode(data, cv2.IMREAD_COLOR) if data.size else None
    if image is None:
        raise InputError(f"{path} is not an image that OpenCV can read (JPEG, PNG, ...)")
    return cv2.cvtColor(image, cv2.COLOR_BGR2RGB)


def _without_profile(data: bytes) -> bytes:
    """A PNG less its colour profile, which OpenCV ignores and libpng may complain of on stderr."""
    if not data.startswith(_PNG):
        return data
    at = len(_PNG)
    while (kind := data[at + 4 : at + 8]) not in (b"", b"IDAT"):
        end = at + 12 + int.from_bytes(data[at : at + 4], "big")
        if kind == b"iCCP":
            return data[:at] + data[end:]
        at = end
    return data


def write_png(path: Path, image: np.ndarray) -> None:
    """Write RGB uint8 (H, W, 3) as PNG; a path that cannot be written is an InputError."""
    _, encoded = cv2.imencode(".png", cv2.cvtColor(image, cv2.COLOR_RGB2BGR))
    fresh = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        fresh.write_bytes(encoded.tobytes())
        os.replace(fresh, path)
    except OSError as error:
        raise InputError(f"cannot write {path}: {error.strerror}") from None
    finally:
        fresh.unlink(missing_ok=True)


def output_paths(save: str, images: list[Path]) -> list[Path]:
    """Where each image's result goes: the file `save`, or one PNG an image in the folder `save`.

    Several images need a folder, which `make_folder` makes; results are named after their image,
    and numbered where two images have the same name.
    """
    target = Path(save)
    is_png = target.suffix.lower() == ".png" and not target.is_dir()
    if len(images) > 1 and is_png:
        raise InputError(f"--save {save}: several images need a folder, not one PNG")
    if is_png:
        if not target.parent.is_dir():
            raise InputError(f"cannot write {save}: there is no folder {target.parent}")
        return [target]
    if len(images) == 1 and target.suffix and not target.is_dir():
        raise InputError(f"--save {save}: results are PNG files, name it {target.stem}.png")
    return [target / f"{name}.png" for name in _distinct([image.stem for image in images])]


def make_folder(path: Path) -> None:
    """Make the folder unless it is there; where none can be, an InputError."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"cannot make the folder {path}: {error.strerror}") from None


def _distinct(names: list[str]) -> list[str]:
    seen: dict[str, int] = {}
    result = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        result.append(name if seen[name] == 1 else f"{name}-{seen[name]}")
    return result
