# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""What the loaders share: lazily read images, .mat files, number lists, and the finished split."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from scipy.io import loadmat

from hls.common.errors import InputError
from model.data.dataset import Dataset


class MissingSplit(InputError):
    """A data set that has no such split."""


class ImageFiles(Sequence[np.ndarray]):
    """Image files as uint8 RGB pictures (H, W, 3), each read when it is asked for."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self.paths = list(paths)

    def __len__(self) -> int:
        return len(self.paths)

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return ImageFiles(self.paths[index])
        return read_image(self.paths[index])


def read_image(path: Path) -> np.ndarray:
    """One picture as RGB; the annotators saw the stored pixels, so EXIF turns are not applied."""
    need_file(path, "an image of the data set: unpack all its images")
    data = np.fromfile(path, np.uint8)
    flags = cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION
    image = cv2.imdecode(data, flags) if data.size else None
    if image is None:
        raise InputError(f"{path} is no image that can be decoded: unpack it again")
    return cv2.cvtColor(image, cv2.COLOR_BGR2RGB)


def need_file(path: Path, what: str) -> Path:
    """The path if it is a file; otherwise an InputError that says what it should be."""
    if not path.is_file():
        raise InputError(f"{path} is missing; expected {what}")
    return path


def need_split(split: str, known: Sequence[str], name: str) -> None:
    """MissingSplit where the data set has no such split."""
    if split not in known:
        raise MissingSplit(f"{name} has no split {split!r}: use {' or '.join(known)}")


def read_mat(path: Path, *keys: str, structs: bool = False) -> list[Any]:
    """The named variables of a MATLAB file; `structs` gives attributes, single items squeezed."""
    need_file(path, f"a MATLAB file with {', '.join(keys)}")
    try:
        mat = loadmat(path, variable_names=keys, struct_as_record=False, squeeze_me=structs)
    except Exception as error:  # scipy raises many kinds on a damaged file
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise InputError(f"{path} is no readable MATLAB file: {reason}") from None
    missing = [key for key in keys if key not in mat]
    if missing:
        raise InputError(f"{path} lacks the variable {missing[0]}; needs {', '.join(keys)}")
    return [mat[key] for key in keys]


def shaped(path: Path, value: Any, shape: Sequence[int | None], key: str) -> np.ndarray:
    """`value` as float64 with the expected shape (None = any length); InputError otherwise."""
    try:
        array = np.asarray(value, np.float64)
    except (TypeError, ValueError):
        raise InputError(f"{path}: {key} holds no numbers") from None
    fits = array.ndim == len(shape)
    if not fits or any(s not in (None, a) for s, a in zip(shape, array.shape, strict=True)):
        wanted = " x ".join("N" if s is None else str(s) for s in shape)
        raise InputError(f"{path}: {key} has shape {array.shape}, expected {wanted}")
    return array


def finished(
    name: str,
    paths: Sequence[Path],
    points: Any,
    norm: Any,
    box: Any,
    visible: Any = None,
    subsets: Mapping[str, np.ndarray] | None = None,
) -> Dataset:
    """The loaded split; every landmark is visible unless told; InputError where it has no sense."""
    if not len(paths):
        raise InputError(f"{name}: no images with landmarks found; unpack the data set there")
    landmarks = np.asarray(points, np.float32)
    shown = np.ones(landmarks.shape[:2], bool) if visible is None else np.asarray(visible, bool)
    norms, boxes = np.asarray(norm, np.float32), np.asarray(box, np.float32)
    finite = np.isfinite(landmarks).all(axis=(1, 2)) & np.isfinite(boxes).all(axis=1)
    usable = finite & (boxes[:, 2] > 0)
    if not usable.all():
        first = paths[int(usable.argmin())]
        raise InputError(f"{name}: the landmarks of {first} are not finite or span no area")
    return Dataset(ImageFiles(paths), landmarks, shown, norms, boxes, dict(subsets or {}))
