# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Landmarks on photographs: each has its own face, all go through the network back to back."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

import numpy as np

from hls.common.errors import InputError
from host.api.base import Backend, Result
from host.api.difference import first_difference
from host.bundle.bundle import Bundle
from host.golden.model import Golden
from host.outputs.json_lines import face_entry, write_stdout
from host.pictures.draw import draw_landmarks
from host.pictures.face_box import Square, check_box, crop, find_box, parse_box, to_picture
from host.pictures.image_files import make_folder, output_paths, read_image, write_png


@dataclass(frozen=True)
class Picture:
    """An image (RGB), the face box in it and the square that the network sees."""

    path: Path
    image: np.ndarray
    box: Square
    square: Square


@dataclass(frozen=True)
class Stills:
    """The photographs of a command line, read and their faces found, and where results go."""

    pictures: list[Picture]
    targets: list[Path]

    @classmethod
    def of_options(cls, options: argparse.Namespace, bundle: Bundle) -> Stills:
        """What can't be read, or has no face, is an InputError before the network runs."""
        paths = options.image[: options.max_frames]
        targets = output_paths(options.save, paths) if options.save else []
        box = parse_box(options.box) if options.box else None
        return cls([open_picture(path, box, bundle) for path in paths], targets)

    def run(self, backend: Backend, options: argparse.Namespace, log: TextIO) -> int:
        """Landmarks, outputs and check; the exit status."""

        def say(text: str) -> None:
            if not options.quiet:
                print(text, file=log)

        size = backend.bundle.input.tensor.width
        crops = np.stack([crop(p.image, p.square, size) for p in self.pictures])
        checks = options.check is not None
        result = backend.infer(crops, heatmaps=checks)
        landmarks = landmarks_in_pictures(result, self.pictures, backend.bundle)
        for picture, points, scores in zip(self.pictures, landmarks, result.scores, strict=True):
            if options.json:
                write_stdout(_json_line(picture, points, scores), lambda: None)
            else:
                say(_text_line(picture, points))
        for target, picture, points in zip(self.targets, self.pictures, landmarks, strict=False):
            make_folder(target.parent)
            write_png(target, draw_landmarks(picture.image, [points]))
            say(f"saved {target}")
        say(f"{backend.name}: {backend.statistics}")
        if checks:
            check_against_golden(backend.bundle, crops, result)
            say(f"check: {len(crops)} frames equal")
        return 0


def check_against_golden(bundle: Bundle, crops: np.ndarray, result: Result) -> None:
    """Compare with the golden model; a difference is an InputError that names the first one."""
    difference = first_difference(result, Result.of_output(bundle, Golden(bundle.graph).run(crops)))
    if difference:
        raise InputError(f"check: {difference}")


def landmarks_in_pictures(
    result: Result, pictures: Sequence[Picture], bundle: Bundle
) -> list[np.ndarray]:
    """The landmarks of each picture, float64 (K, 2), in its pixels."""
    size = bundle.input.tensor.width
    return [
        to_picture(positions, bundle.stride, picture.square, size)
        for positions, picture in zip(result.landmarks, pictures, strict=True)
    ]


def open_picture(path: Path, box: Square | None, bundle: Bundle) -> Picture:
    """Read a photograph and find the face in it, unless `box` says where it is."""
    image = read_image(path)
    if box is None:
        try:
            box = find_box(image, bundle.landmarks)
        except InputError as error:
            raise InputError(f"{path}: {error}") from None
    check_box(box, image)
    return Picture(path, image, box, box.scaled(bundle.crop_scale))


def _json_line(picture: Picture, landmarks: np.ndarray, scores: np.ndarray) -> str:
    entry = {"image": str(picture.path), **face_entry(picture.box, landmarks, scores)}
    return json.dumps(entry) + "\n"


def _text_line(picture: Picture, landmarks: np.ndarray) -> str:
    box = picture.box
    return (
        f"{picture.path}: {len(landmarks)} landmarks, box of {box.side:.0f} pixels"
        f" round ({box.x:.0f}, {box.y:.0f})"
    )
