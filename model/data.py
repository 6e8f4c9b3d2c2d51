# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Landmark data: what a split is; the packed format, one .npz with JPEG crops and landmarks.

Coordinates are pixels with integer pixel centres, x before y. A square (centre x, y, side) maps to
the network's S x S input so that its edges become the input's: u = (x - cx + side/2) S/side - 1/2.
"""

from __future__ import annotations

import os
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from hls.common.errors import InputError
from model.config import Config, Source

ARRAYS = ("jpeg", "offset", "landmarks", "visible", "norm", "group", "split", "box")


@dataclass(frozen=True)
class Dataset:
    """One split: pictures (H, W, 3) uint8 RGB, landmarks (N, K, 2), boxes (N, 3).

    `visible` (N, K) is what counts in loss and metric, `norm` (N,) the metric's normaliser (NaN:
    not counted), `subsets` name images (N,) that are also reported by themselves.
    """

    images: Sequence[np.ndarray]
    landmarks: np.ndarray
    visible: np.ndarray
    norm: np.ndarray
    box: np.ndarray
    subsets: Mapping[str, np.ndarray] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.images)

    @property
    def landmarks_count(self) -> int:
        """Landmarks an image."""
        return int(self.landmarks.shape[1])

    def part(self, subset: str) -> Dataset:
        """The images of one subset; InputError where it has no such name."""
        if subset not in self.subsets:
            known = ", ".join(self.subsets) or "none"
            raise InputError(f"the data has no subset {subset!r}; known: {known}")
        return self.at(np.flatnonzero(self.subsets[subset]))

    def at(self, places: np.ndarray) -> Dataset:
        """The images at these places (N,)."""
        fields = (self.landmarks, self.visible, self.norm, self.box)
        points, visible, norm, box = (values[places] for values in fields)
        images = Chosen(self.images, places)
        subsets = {name: mask[places] for name, mask in self.subsets.items()}
        return Dataset(images, points, visible, norm, box, subsets)

    def spread(self, count: int) -> Dataset:
        """So many images at even distances, or all if there are no more."""
        if count >= len(self):
            return self
        return self.at(np.linspace(0, len(self) - 1, count).round().astype(np.int64))


class Chosen(Sequence[np.ndarray]):
    """Some images of a sequence, by their places (N,)."""

    def __init__(self, images: Sequence[np.ndarray], places: np.ndarray) -> None:
        self.images, self.places = images, places

    def __len__(self) -> int:
        return len(self.places)

    def __getitem__(self, place: Any) -> Any:
        if isinstance(place, slice):
            return Chosen(self.images, self.places[place])
        return self.images[int(self.places[place])]


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
    sources = arrays["source"][chosen] if "source" in arrays else np.zeros(0, str)
    subsets = {str(name): sources == name for name in np.unique(sources)}
    if "clean" in arrays:
        subsets["clean"] = arrays["clean"][chosen]
    return Dataset(images, points, visible, norm, box, subsets)


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
    for name, shift in shifts.items():
        chosen = arrays["source"] == name if "source" in arrays else np.zeros(1, bool)
        if not chosen.any():
            raise InputError(f"{path} has no images of the source {name!r}: see shifts")
        arrays["landmarks"][chosen] += np.array(shift, np.float32)


def data_folder(given: Path | None) -> Path | None:
    """--data, or the environment's LANDMARK_DATA."""
    return given or (Path(os.environ["LANDMARK_DATA"]) if "LANDMARK_DATA" in os.environ else None)


def dataset_of(config: Config, folder: Path | None, split: str) -> Dataset:
    """A split of the configuration's own data set, the first of its files for training; its
    landmark count has to be the network's."""
    source = config.data.test_source if split == "test" else config.data.sources[0]
    return fitting(config, source, load_source(source, folder, split))


def fitting(config: Config, source: Source, dataset: Dataset) -> Dataset:
    """The data set if its landmarks are as many as the network's, else an InputError."""
    if dataset.landmarks_count != config.network.landmarks:
        raise InputError(
            f"{source.file} has {dataset.landmarks_count} landmarks per image,"
            f" {config.name} predicts {config.network.landmarks}"
        )
    return dataset


def load_source(source: Source, folder: Path | None, split: str) -> Dataset:
    """One split of a data file in `folder`; of its `subset` for training."""
    if folder is None or not folder.is_dir():
        raise InputError(f"data folder {folder} is missing: give --data or set LANDMARK_DATA")
    if source.format == "packed":
        dataset = load_packed(folder / source.file, split, source.shifts)
    else:
        dataset = _loader(source.format)(folder / source.file, split)
    return dataset.part(source.subset) if source.subset and split == "train" else dataset


def _loader(kind: str) -> Callable[[Path, str], Dataset]:
    from model.datasets import DATA_SETS  # its modules build on this one

    if kind not in DATA_SETS:
        raise InputError(f"unknown data format {kind!r}: packed, {', '.join(DATA_SETS)}")
    return DATA_SETS[kind]


def _read(path: Path) -> dict[str, np.ndarray]:
    try:
        with np.load(path, allow_pickle=False) as file:
            missing = set(ARRAYS) - set(file.files)
            if missing:
                raise InputError(
                    f"{path} lacks the array {min(missing)}; needs {', '.join(ARRAYS)}"
                )
            return {key: file[key] for key in (*ARRAYS, "clean", "source") if key in file.files}
    except FileNotFoundError:
        raise InputError(f"data file {path} is missing") from None
    except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
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


def square_to_input(box: np.ndarray, size: int) -> np.ndarray:
    """2 x 3 affine matrix from picture pixels to the input that shows `box` (cx, cy, side)."""
    centre_x, centre_y, side = (float(v) for v in box)
    zoom = size / side
    corner = np.array([centre_x, centre_y]) - side / 2
    return np.array([[zoom, 0, -corner[0] * zoom - 0.5], [0, zoom, -corner[1] * zoom - 0.5]])


def transform(points: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """Points (..., 2) through a 2 x 3 affine matrix."""
    return points @ matrix[:, :2].T + matrix[:, 2]


def cut(image: np.ndarray, matrix: np.ndarray, size: int) -> np.ndarray:
    """The S x S network input that `matrix` shows; outside the picture is black."""
    return cv2.warpAffine(image, matrix, (size, size), flags=cv2.INTER_LINEAR)


def synthetic(count: int, landmarks: int, seed: int = 0, side: int = 96) -> Dataset:
    """Drawn stand-ins for faces: an ellipse with a dot at each landmark; for tests and trials."""
    random = np.random.default_rng(seed)
    images = np.empty((count, side, side, 3), np.uint8)
    points = np.empty((count, landmarks, 2), np.float32)
    angles = 2 * np.pi * np.arange(landmarks) / landmarks
    for index in range(count):
        centre = side / 2 + random.uniform(-4, 4, 2)
        axes = side * random.uniform(0.22, 0.32, 2)
        image = np.full((side, side, 3), random.integers(0, 90), np.uint8)
        colour = [int(c) for c in random.integers(120, 255, 3)]
        middle = (int(centre[0]), int(centre[1]))
        cv2.ellipse(image, middle, (int(axes[0]), int(axes[1])), 0, 0, 360, colour, -1)
        points[index] = centre + axes * np.stack([np.cos(angles), np.sin(angles)], axis=1)
        for number, (x, y) in enumerate(points[index]):
            shade = (255 * number // landmarks, 40, 255 - 255 * number // landmarks)
            cv2.circle(image, (int(x), int(y)), 2, shade, -1)
        images[index] = image
    norm = np.sqrt(np.prod(points.max(axis=1) - points.min(axis=1), axis=1))
    box = np.tile(np.array([side / 2, side / 2, 0.8 * side], np.float32), (count, 1))
    return Dataset(list(images), points, np.ones(points.shape[:2], bool), norm, box)
