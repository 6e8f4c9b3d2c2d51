# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""How far confidences hold: the reliability curve of landmarks, and how many squares without a face
would be taken for one. Those squares are the same 1,000 each time, from pictures that training
never sees."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hls.streams.confidence import Confidence
from hls.streams.landmarks import DecoderSettings
from model.config import Config
from model.data.faceless import faceless_inputs
from model.data.load import load_source
from model.evaluation.confidence import Bin, reliability
from model.evaluation.crops import Run, decoded
from model.evaluation.tables import Rows, Table

SQUARES, SEED = 1_000, 2026


@dataclass(frozen=True)
class Faces:
    """What a threshold on a face's confidence keeps of `faces` faces, as a share, and how many of
    `squares` squares without one it takes for a face; these are cut from `files`."""

    threshold: float
    kept: float
    faces: int
    taken: int
    squares: int
    files: tuple[str, ...]


@dataclass(frozen=True)
class Reliability:
    """The curve of landmarks that are `right` when at most that share of the normaliser off, its
    expected calibration error, and what the threshold does where the network has one."""

    bins: list[Bin]
    error: float
    right: float
    faces: Faces | None

    @property
    def rows(self) -> Rows:
        """The curve, a row for each bar with landmarks in it."""
        return {
            f"{bar.low:.1f} to {bar.high:.1f}": {
                "landmarks": bar.count,
                "mean confidence %": 100 * bar.confidence,
                f"at most {self.right:.0%} off %": 100 * bar.held,
            }
            for bar in self.bins
            if bar.count
        }

    @property
    def notes(self) -> list[str]:
        """What the curve comes to, and the threshold's account."""
        lines = [f"Expected calibration error {100 * self.error:.2f} %."]
        if self.faces is not None:
            faces = self.faces
            lines.append(
                f"Threshold {faces.threshold:.4f}: {faces.kept:.1%} of {faces.faces} faces kept,"
                f" {faces.taken} of {faces.squares} squares without a face taken for one (test"
                f" pictures of {', '.join(faces.files)})."
            )
        return lines

    @property
    def shares(self) -> dict[str, float]:
        """The figures in per cent, by name."""
        found = {"expected calibration error": 100 * self.error}
        if self.faces is not None:
            found["faces kept"] = 100 * self.faces.kept
            found["faceless squares taken"] = 100 * self.faces.taken / self.faces.squares
        return found

    def table(self, title: str) -> Table:
        """All of it."""
        return Table(title, self.rows, self.notes)


def faceless_scores(
    config: Config, run: Run, decoder: DecoderSettings, folder: Path | None, split: str, seed: int
) -> np.ndarray:
    """Scores (SQUARES, K) of squares without a face, cut from a split's pictures."""
    sources = [config.data.sources[0], *config.data.faceless_files]
    sets = [load_source(source, folder, split) for source in sources]
    images = faceless_inputs(sets, SQUARES, config.network.input_size, seed)
    return decoded(run, images, decoder, f"{split} squares without a face")[1]


def reliability_of(
    config: Config, found: Confidence, scores: np.ndarray, errors: np.ndarray,
    faceless: np.ndarray | None,
) -> Reliability:  # fmt: skip
    """From scores and errors (N, K; NaN: not counted) of test images, and scores (M, K) of test
    squares without a face where the network was shown such."""
    counted = ~np.isnan(errors)
    confidence = found.of_landmarks(scores[counted])
    bins, error = reliability(confidence, errors[counted] <= found.right)
    faces = None
    if faceless is not None and found.threshold is not None:
        shown, others = found.is_face(scores), found.is_face(faceless)
        files = [source.file for source in (config.data.sources[0], *config.data.faceless_files)]
        faces = Faces(
            found.threshold, float(shown.mean()), len(shown), int(others.sum()), len(others),
            tuple(files),
        )  # fmt: skip
    return Reliability(bins, error, found.right, faces)
