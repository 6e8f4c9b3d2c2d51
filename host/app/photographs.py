# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Landmarks on photographs: each has its own face, all go through the network back to back."""

from __future__ import annotations

import argparse
import json
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
from host.pictures.face_box import Square, check_box, find_box, parse_box
from host.pictures.image_files import make_folder, output_paths, read_image, write_png
from host.pictures.landmarks import Landmarks, inputs_of, landmarks_of


@dataclass(frozen=True)
class Picture:
    """An image (RGB) and the face box in it; `given` says that a person gave it."""

    path: Path
    image: np.ndarray
    box: Square
    given: bool

    def shows(self, found: Landmarks) -> bool:
        """Whether what was found is a face: a person who gave its place knows."""
        return self.given or found.is_face


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

        bundle, views, boxes = backend.bundle, options.views, [p.box for p in self.pictures]
        crops = np.concatenate([inputs_of(bundle, p.image, [p.box], views) for p in self.pictures])
        checks = options.check is not None
        result = backend.infer(crops, heatmaps=checks)
        faces = landmarks_of(bundle, result, boxes, views)
        for picture, found in zip(self.pictures, faces, strict=True):
            if options.json:
                write_stdout(_json_line(picture, found), lambda: None)
            else:
                say(_text_line(picture, found))
        for target, picture, found in zip(self.targets, self.pictures, faces, strict=False):
            make_folder(target.parent)
            drawn = [found.points] if picture.shows(found) else []
            write_png(target, draw_landmarks(picture.image, drawn))
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


def open_picture(path: Path, box: Square | None, bundle: Bundle) -> Picture:
    """Read a photograph and find the face in it, unless `box` says where it is."""
    image, given = read_image(path), box is not None
    if box is None:
        try:
            box = find_box(image, bundle.landmarks)
        except InputError as error:
            raise InputError(f"{path}: {error}") from None
    check_box(box, image)
    return Picture(path, image, box, given)


def _json_line(picture: Picture, found: Landmarks) -> str:
    """Without a face the lists of landmarks are empty."""
    entry = face_entry(picture.box, found)
    if not picture.shows(found):
        entry |= {key: [] for key in ("landmarks", "scores", "confidences") if key in entry}
    return json.dumps({"image": str(picture.path), **entry}) + "\n"


def _text_line(picture: Picture, found: Landmarks) -> str:
    box, sure = picture.box, ""
    if found.confidence is not None:
        sure = f", confidence {found.confidence:.2f}"
    if not picture.shows(found):
        return f"{picture.path}: no face found{sure}; if there is one, give --box X,Y,SIDE"
    return (
        f"{picture.path}: {len(found.points)} landmarks, box of {box.side:.0f} pixels"
        f" round ({box.x:.0f}, {box.y:.0f}){sure}"
    )
