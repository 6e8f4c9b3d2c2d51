# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""A packed data set (.npz with JPEG pictures and landmarks), and how well a backend does on it.

The protocol of the training side (model/evaluate.py, which host/ cannot import): the given square
is cut, landmarks are compared in units of the given normaliser, in float64.
"""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from hls.common.errors import InputError
from host.api.base import Backend
from host.pictures.face_box import Square
from host.pictures.landmarks import inputs_of, landmarks_of

_ARRAYS = ("jpeg", "offset", "landmarks", "visible", "norm", "split", "box")
_JOINTS = (14, 16)
# A joint counts as found within this share of its normaliser.
_PCK = 0.5
_BATCH = 32


@dataclass(frozen=True)
class Packed:
    """The test split: pictures (H, W, 3) RGB, landmarks (N, K, 2), visible (N, K), norm (N,)."""

    path: Path
    pictures: list[np.ndarray]
    boxes: list[Square]
    landmarks: np.ndarray
    visible: np.ndarray
    norm: np.ndarray


def read_packed(path: Path, landmarks: int) -> Packed:
    """The test split of `path`, for a network of `landmarks` landmarks; else an InputError."""
    arrays = _read(path)
    chosen = np.flatnonzero(arrays["split"] == b"test")
    if len(chosen) == 0:
        raise InputError(f"{path} has no images of split 'test'")
    points = arrays["landmarks"][chosen]
    if points.ndim != 3 or points.shape[1:] != (landmarks, 2):
        raise InputError(
            f"{path} has landmarks of shape {points.shape[1:]}, the network finds {landmarks}"
        )
    pictures = [_picture(path, arrays, int(index)) for index in chosen]
    boxes = [Square(*(float(v) for v in box)) for box in arrays["box"][chosen]]
    visible, norm = arrays["visible"][chosen], arrays["norm"][chosen]
    return Packed(path, pictures, boxes, points, visible, norm)


def _read(path: Path) -> dict[str, np.ndarray]:
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {key: file[key] for key in _ARRAYS if key in file.files}
    except OSError as error:
        raise InputError(f"cannot read data {path}: {error.strerror or error}") from None
    except (ValueError, TypeError, AttributeError, EOFError, zipfile.BadZipFile):
        # A plain array (.npy) is no context manager.
        raise InputError(f"{path} is no packed data set (.npz without pickles)") from None
    missing = set(_ARRAYS) - set(arrays)
    if missing:
        raise InputError(f"{path} lacks the array {min(missing)}: pack it as model/README.md says")
    count = len(arrays["offset"]) - 1
    for key in set(_ARRAYS) - {"jpeg", "offset"}:
        if len(arrays[key]) != count:
            raise InputError(f"{path}: {key} has {len(arrays[key])} entries for {count} images")
    return arrays


def _picture(path: Path, arrays: dict[str, np.ndarray], index: int) -> np.ndarray:
    start, end = arrays["offset"][index : index + 2]
    data = arrays["jpeg"][start:end]
    image = cv2.imdecode(data, cv2.IMREAD_COLOR) if data.size else None
    if image is None:
        raise InputError(f"{path}: image {index} is no JPEG")
    return cv2.cvtColor(image, cv2.COLOR_BGR2RGB)


def errors_of(backend: Backend, data: Packed, views: int = 1) -> np.ndarray:
    """Distance over normaliser of each landmark, (N, K); NaN where one does not count."""
    bundle = backend.bundle
    found: list[np.ndarray] = []
    for start in range(0, len(data.boxes), _BATCH):
        boxes = data.boxes[start : start + _BATCH]
        pairs = zip(data.pictures[start : start + _BATCH], boxes, strict=True)
        inputs = [inputs_of(bundle, image, [box], views) for image, box in pairs]
        result = backend.infer(np.concatenate(inputs))
        found += [face.points for face in landmarks_of(bundle, result, boxes, views)]
    distance = np.linalg.norm(np.stack(found) - data.landmarks.astype(np.float64), axis=2)
    return np.where(data.visible, distance / data.norm.astype(np.float64)[:, None], np.nan)


def accuracy(backend: Backend, data: Packed, views: int = 1) -> str:
    """NME of faces, PCK of bodies, in words."""
    errors = errors_of(backend, data, views)
    counted = ~np.isnan(errors)
    if not counted.any():
        raise InputError(f"{data.path}: no image counts, for none has a normaliser")
    images = counted.any(axis=1)
    text = f"{int(images.sum())} test images of {data.path.name}"
    text += f", {views} views each" if views > 1 else ""
    if errors.shape[1] in _JOINTS:
        return f"PCK@{_PCK:g} {100 * float((errors[counted] <= _PCK).mean()):.2f} %, {text}"
    means = np.nansum(errors[images], axis=1) / counted[images].sum(axis=1)
    return f"NME {float(means.mean()):.4f}, {text}"
