# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""A packed file's arrays: present, of the right type and length, and pictures where they say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np

from model.checks.findings import Finding, Labelled, images
from model.data.dataset import Dataset
from model.data.packed import ARRAYS, PackedImages, by_source

# Of each array: the kinds of its type, in words, and its shape after the number of images N.
_FORM: Mapping[str, tuple[str, str, tuple[int | str, ...]]] = {
    "landmarks": ("f", "floats", ("K", 2)),
    "visible": ("b", "bools", ("K",)),
    "norm": ("f", "floats", ()),
    "group": ("iu", "integers", ()),
    "split": ("S", "b'train' or b'test'", ()),
    "box": ("f", "floats", (3,)),
    "clean": ("b", "bools", ()),
    "source": ("SU", "names", ()),
}


def array_findings(arrays: Mapping[str, np.ndarray]) -> list[Finding]:
    """What keeps the arrays from being read at all."""
    missing = [key for key in ARRAYS if key not in arrays]
    if missing:
        return [Finding(f"the array {key} is missing", "add it") for key in missing]
    count = len(arrays["offset"]) - 1
    return [*_forms(arrays, count), *_offsets(arrays["jpeg"], arrays["offset"])]


def _forms(arrays: Mapping[str, np.ndarray], count: int) -> Iterator[Finding]:
    points = arrays["landmarks"]
    landmarks = points.shape[1] if points.ndim == 3 else 0
    for key, (kinds, words, form) in _FORM.items():
        if key not in arrays:
            continue
        array, sizes = arrays[key], (landmarks if size == "K" else size for size in form)
        if array.dtype.kind not in kinds:
            yield Finding(f"{key} is of type {array.dtype}", f"make it {words}")
        if array.shape != (count, *sizes):
            wanted = ", ".join(map(str, ("N", *form)))
            yield Finding(
                f"{key} has the shape {array.shape} for {count:,} images and {landmarks} landmarks",
                f"make it ({wanted})",
            )


def _offsets(jpeg: np.ndarray, offset: np.ndarray) -> Iterator[Finding]:
    whole = offset.ndim == 1 and offset.dtype.kind in "iu" and jpeg.ndim == 1
    if not whole or jpeg.dtype != np.uint8 or len(offset) < 2:
        kinds = f"jpeg {jpeg.dtype} {jpeg.shape}, offset {offset.dtype} {offset.shape}"
        yield Finding(kinds, "make them uint8, all files end to end, and N + 1 integers")
    elif offset[0] < 0 or (np.diff(offset) < 0).any() or offset[-1] > len(jpeg):
        yield Finding(
            f"offset does not rise from 0 to the {len(jpeg):,} bytes of jpeg",
            "make entry i the first byte of picture i",
        )


def labelled(path: Path, arrays: Mapping[str, np.ndarray]) -> Labelled:
    """The arrays as one data set, all splits together."""
    dataset = Dataset(
        PackedImages(path, arrays["jpeg"], arrays["offset"]),
        arrays["landmarks"], arrays["visible"], arrays["norm"], arrays["box"],
        by_source(arrays["source"]) if "source" in arrays else {},
    )  # fmt: skip
    return Labelled(dataset, arrays["split"].astype(str), arrays["group"])


def picture_findings(arrays: Mapping[str, np.ndarray]) -> Iterator[Finding]:
    """Pictures that can't be decoded."""
    jpeg, offset = arrays["jpeg"], arrays["offset"]
    parts = [jpeg[start:end] for start, end in pairwise(offset)]
    wrong = np.array(
        [not len(p) or cv2.imdecode(p, cv2.IMREAD_REDUCED_GRAYSCALE_8) is None for p in parts]
    )
    if wrong.any():
        yield Finding(
            f"no picture that can be decoded in {images(wrong)}", "pack the JPEG files again"
        )
