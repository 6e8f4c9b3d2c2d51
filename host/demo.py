# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""The flow of run_pynq.py: images, faces, crops, network, landmarks, results."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TextIO

import numpy as np

from hls.errors import InputError
from hls.folders import build_root
from host.backends import Backend, Result, open_backend
from host.bundle import Bundle, default_bundle, load_bundle
from host.compare import first_difference
from host.draw import draw_landmarks
from host.face_box import Square, check_box, crop, find_box, parse_box, to_picture
from host.golden import Golden
from host.image_files import output_paths, read_image, write_png
from host.options import parse_options


@dataclass(frozen=True)
class Picture:
    """An image (RGB), the face box in it and the square that the network sees."""

    path: Path
    image: np.ndarray
    box: Square
    square: Square


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; returns the exit status."""
    options = parse_options(arguments)
    paths = options.image[: options.max_frames]
    targets = output_paths(options.save, paths) if options.save else []
    bundle = load_bundle(options.bundle or default_bundle(build_root()))
    box = parse_box(options.box) if options.box else None
    pictures = [_open_picture(path, box, bundle) for path in paths]
    # JSON lines have stdout for themselves.
    log = sys.stderr if options.json else sys.stdout
    with open_backend(options.backend, bundle, lambda text: print(text, file=sys.stderr)) as engine:
        return _run(engine, pictures, targets, options.json, options.check, log)


def _run(
    engine: Backend,
    pictures: list[Picture],
    targets: list[Path],
    as_json: bool,
    check: bool,
    log: TextIO,
) -> int:
    size = engine.bundle.input.tensor.width
    crops = np.stack([crop(p.image, p.square, size) for p in pictures])
    result = engine.infer(crops, heatmaps=check)
    landmarks = landmarks_in_pictures(result, pictures, engine.bundle)
    for index, picture in enumerate(pictures):
        if as_json:
            print(_json_line(picture, landmarks[index], result.scores[index]))
        else:
            print(_text_line(picture, landmarks[index]), file=log)
    for target, picture, points in zip(targets, pictures, landmarks, strict=False):
        write_png(target, draw_landmarks(picture.image, [points]))
        print(f"saved {target}", file=log)
    print(f"{engine.name}: {engine.statistics}", file=log)
    return check_against_golden(engine.bundle, crops, result, log) if check else 0


def check_against_golden(bundle: Bundle, crops: np.ndarray, result: Result, log: TextIO) -> int:
    """Compare with the golden model, heatmaps where there are any; 1 and the first difference, or
    0."""
    difference = first_difference(result, Result.of_output(bundle, Golden(bundle.graph).run(crops)))
    if difference is None:
        print(f"check: {len(crops)} frames equal", file=log)
        return 0
    print(f"error: check: {difference}", file=sys.stderr)
    return 1


def landmarks_in_pictures(
    result: Result, pictures: Sequence[Picture], bundle: Bundle
) -> list[np.ndarray]:
    """The landmarks of each picture, float64 (K, 2), in its pixels."""
    size = bundle.input.tensor.width
    return [
        to_picture(quarters, bundle.stride, picture.square, size)
        for quarters, picture in zip(result.landmarks, pictures, strict=True)
    ]


def _open_picture(path: Path, box: Square | None, bundle: Bundle) -> Picture:
    image = read_image(path)
    if box is None:
        try:
            box = find_box(image, bundle.landmarks)
        except InputError as error:
            raise InputError(f"{path}: {error}") from None
    check_box(box, image)
    return Picture(path, image, box, box.scaled(bundle.crop_scale))


def _json_line(picture: Picture, landmarks: np.ndarray, scores: np.ndarray) -> str:
    return json.dumps(
        {
            "image": str(picture.path),
            "box": {name: round(value, 3) for name, value in asdict(picture.box).items()},
            "landmarks": np.round(landmarks, 3).tolist(),
            "scores": scores.tolist(),
        }
    )


def _text_line(picture: Picture, landmarks: np.ndarray) -> str:
    box = picture.box
    return (
        f"{picture.path}: {len(landmarks)} landmarks, box of {box.side:.0f} pixels"
        f" round ({box.x:.0f}, {box.y:.0f})"
    )
