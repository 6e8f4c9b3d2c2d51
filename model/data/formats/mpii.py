# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""MPII Human Pose (Andriluka, Pishchulin, Gehler, Schiele, CVPR 2014): 16 joints.

Expected: `mpii_human_pose_v1_u12_1.mat`, `images/`, and the customary validation list
`valid_images.txt` (image names, one a line: `data/mpii/annot/` of the stacked hourglass code's
data, 2,958 lines), since the release has no labelled test images. "train" is every training image
not on the list, "test" (or "val") those on it; of each image all people with position, scale and
joints count. The list names images, not people, so the people may be more than 2,958.

Box: the annotated position moved down by 15 scales, side 200 x 1.25 scale, as Newell et al. do.
Normaliser: PCKh head size, 0.6 x the diagonal of the head box. Every labelled joint counts, hidden
behind something or not, as PCKh has it. Joints: 0-5 R ankle, R knee, R hip, L hip, L knee, L ankle,
6 pelvis, 7 thorax, 8 upper neck, 9 head top, 10-15 R wrist, R elbow, R shoulder, L shoulder,
L elbow, L wrist.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from hls.common.errors import InputError
from model.data.dataset import Dataset
from model.data.formats.files import finished, need_file, need_split, read_mat

ANNOTATIONS = "mpii_human_pose_v1_u12_1.mat"
JOINTS = 16
Person = tuple[np.ndarray, np.ndarray, float, np.ndarray]


def load(folder: Path, split: str) -> Dataset:
    """People of the training or the validation images."""
    need_split(split, ("train", "test", "val"), "mpii")
    listed = _validation_images(folder / "valid_images.txt")
    paths, people = [], []
    for name, person in _people(folder / ANNOTATIONS):
        if (name in listed) == (split != "train"):
            paths.append(folder / "images" / name)
            people.append(person)
    columns = list(zip(*people, strict=True)) or [()] * 4
    points, visible, norm, box = columns
    return finished(f"mpii {split} in {folder}", paths, points, norm, box, visible)


def _validation_images(path: Path) -> set[str]:
    need_file(path, "the validation images' names, one a line (from the stacked hourglass code)")
    return set(path.read_text().split())


def _people(path: Path) -> Iterator[tuple[str, Person]]:
    (release,) = read_mat(path, "RELEASE", structs=True)
    try:
        pictures = zip(_items(release.annolist), _items(release.img_train), strict=True)
        for picture, is_train in pictures:
            for rectangle in _items(getattr(picture, "annorect", [])) if is_train else ():
                person = _person(rectangle)
                if person is not None:
                    yield str(picture.image.name), person
    except (AttributeError, TypeError, ValueError, IndexError) as error:
        raise InputError(f"{path}: RELEASE is not as MPII publishes it: {error}") from None


def _items(value: Any) -> list[Any]:
    """MATLAB's struct arrays: none, a single one and several come as three kinds of value."""
    return list(np.atleast_1d(value))


def _number(struct: Any, name: str) -> float:
    """A field; NaN where it is missing or empty."""
    value = np.ravel(getattr(struct, name, np.nan))
    return float(value[0]) if value.size else np.nan


def _person(rectangle: Any) -> Person | None:
    position = getattr(rectangle, "objpos", None)
    scale = _number(rectangle, "scale")
    box = np.array([_number(position, "x"), _number(position, "y") + 15 * scale, 250 * scale])
    points, visible = _joints(getattr(rectangle, "annopoints", None))
    if not visible.any() or np.isnan(box).any():
        return None
    width, height = (_number(rectangle, f"{a}2") - _number(rectangle, f"{a}1") for a in "xy")
    return points, visible, 0.6 * float(np.hypot(width, height)), box - [1, 1, 0]


def _joints(annotation: Any) -> tuple[np.ndarray, np.ndarray]:
    points, visible = np.zeros((JOINTS, 2)), np.zeros(JOINTS, bool)
    for point in _items(getattr(annotation, "point", [])):
        joint = int(point.id)
        points[joint] = _number(point, "x") - 1, _number(point, "y") - 1
        visible[joint] = True
    return points, visible
