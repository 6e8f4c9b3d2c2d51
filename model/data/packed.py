# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""The packed format: one .npz with JPEG crops and landmarks."""

from __future__ import annotations

import zipfile
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from hls.common.errors import InputError
from model.data.dataset import Chosen, Dataset

ARRAYS = ("jpeg", "offset", "landmarks", "visible", "norm", "group", "split", "box")


class PackedImages(Sequence[np.ndarray]):
    """The JPEG files of a packed file as uint8 RGB pictures (H, W, 3), each decoded when it is
    asked for."""

    def __init__(self, path: Path, jpeg: np.ndarray, offset: np.ndarray) -> None:
        self.path, self.jpeg, self.offset = path, jpeg, offset

    def __len__(self) -> int:
        return len(self.offset) - 1

    def __getitem__(self, index: Any) -> Any:
        data = self.jpeg[self.offset[index] : self.offset[index + 1]]
        image = cv2.imdecode(data, cv2.IMREAD_COLOR) if data.size else None
        if image is None:
            raise InputError(f"{self.path}: image {index} is no JPEG")
        return cv2.cvtColor(image, cv2.COLOR_BGR2RGB)


def load_packed(
    path: Path, split: str, shifts: Mapping[str, Sequence[float]] | None = None
) -> Dataset:
    """Read one split ('train' or 'test') of a packed file; InputError names what is wrong.

    `shifts` moves the landmarks of the images of a source by (x, y) pixels. The subsets are the
    images of each source and the clean ones, where the file says which they are.
    """
    arrays = _read(path)
    _check(path, arrays)
    _move(path, arrays, shifts or {})
    chosen = np.flatnonzero(arrays["split"] == split.encode())
    if not len(chosen):
        raise InputError(f"{path} has no images of split {split!r}")
    images = Chosen(PackedImages(path, arrays["jpeg"], arrays["offset"]), chosen)
    points, visible, norm, box = (
        arrays[key][chosen] for key in ("landmarks", "visible", "norm", "box")
    )
    subsets = by_source(arrays["source"][chosen]) if "source" in arrays else {}
    if "clean" in arrays:
        subsets["clean"] = arrays["clean"][chosen]
    return Dataset(images, points, visible, norm, box, subsets)


def by_source(names: np.ndarray) -> dict[str, np.ndarray]:
    """Of the images' sources (N,), text or bytes, the images (N,) bool of each."""
    texts = names.astype(str)
    return {str(name): texts == name for name in np.unique(texts)}


def _check_pictures(path: Path, jpeg: np.ndarray, offset: np.ndarray) -> None:
    """InputError where `offset` does not cut `jpeg` into files that begin as a JPEG does."""
    whole = offset.ndim == 1 and offset.dtype.kind in "iu" and jpeg.dtype == np.uint8
    if not whole or (np.diff(offset) < 2).any() or offset[0] < 0 or offset[-1] > len(jpeg):
        raise InputError(f"{path}: offset does not say where each picture in jpeg begins and ends")
    first, second = jpeg[offset[:-1]], jpeg[offset[:-1] + 1]
    wrong = (first != 0xFF) | (second != 0xD8)
    if wrong.any():
        raise InputError(f"{path}: image {int(wrong.argmax())} is no JPEG")


def _move(path: Path, arrays: dict[str, np.ndarray], shifts: Mapping[str, Sequence[float]]) -> None:
    """Move the landmarks of the named sources; InputError where the file has no such source."""
    sources = by_source(arrays["source"]) if "source" in arrays else {}
    for name, shift in shifts.items():
        if name not in sources:
            raise InputError(f"{path} has no images of the source {name!r}: see shifts")
        arrays["landmarks"][sources[name]] += np.array(shift, np.float32)


def _read(path: Path) -> dict[str, np.ndarray]:
    arrays = read_arrays(path, (*ARRAYS, "clean", "source"))
    missing = set(ARRAYS) - set(arrays)
    if missing:
        raise InputError(f"{path} lacks the array {min(missing)}; needs {', '.join(ARRAYS)}")
    return arrays


def read_arrays(path: Path, names: Collection[str] | None = None) -> dict[str, np.ndarray]:
    """The arrays of a file, of these names if any are given; InputError where it is none."""
    try:
        with np.load(path, allow_pickle=False) as file:
            return {key: file[key] for key in file.files if names is None or key in names}
    except FileNotFoundError:
        raise InputError(f"data file {path} is missing") from None
    except (OSError, ValueError, TypeError, EOFError, AttributeError, zipfile.BadZipFile) as error:
        raise InputError(f"{path} is no packed data set (.npz): {error}") from None


def _check(path: Path, arrays: dict[str, np.ndarray]) -> None:
    """InputError where the arrays don't fit one another or an image has nothing to learn from."""
    count = len(arrays["offset"]) - 1
    for key in set(arrays) - {"jpeg", "offset"}:
        if len(arrays[key]) != count:
            raise InputError(f"{path}: {key} has {len(arrays[key])} entries for {count} images")
    _check_pictures(path, arrays["jpeg"], arrays["offset"])
    visible, points = arrays["visible"], arrays["landmarks"]
    if points.shape != (*visible.shape, 2) or arrays["box"].shape != (count, 3):
        raise InputError(
            f"{path}: landmarks {points.shape}, visible {visible.shape} and box"
            f" {arrays['box'].shape} must be (N, K, 2), (N, K) and (N, 3)"
        )
    wrong = ~visible.any(axis=1) | (visible & ~np.isfinite(points).all(axis=2)).any(axis=1)
    if wrong.any():
        raise InputError(
            f"{path}: image {int(wrong.argmax())} has no visible landmark or one that is no number:"
            " leave it out of the file"
        )
