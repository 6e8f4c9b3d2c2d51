# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Give a checkpoint its confidences: `python -m model.calibrate --config face-z1 --data FOLDER`.

Fits them on the test images of the configuration's own data and on squares without a face, writes
them into the checkpoint and prints the reliability curve. The squares to fit on come from training
pictures; 1,000 others, from pictures that training never sees, tell how many would be taken for a
face.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from tqdm import tqdm

from hls.common.errors import run_command
from hls.streams.landmarks import DecoderSettings
from model.config import Config, load_config
from model.data.dataset import Dataset
from model.data.faceless import faceless_inputs
from model.data.load import data_folder, dataset_of, load_source
from model.evaluation.confidence import RIGHT, Confidence, fit_confidence, reliability
from model.evaluation.crops import Run, crops_of, heatmaps_of, landmarks_in
from model.training.checkpoint import annotate, checkpoint_path, load_logits

SQUARES, SEED, BATCH = 1_000, 2026, 32


def decoded(
    run: Run, images: np.ndarray, decoder: DecoderSettings, name: str
) -> tuple[np.ndarray, np.ndarray]:
    """Landmarks (N, K, 2) in input pixels and scores (N, K) of inputs (N, S, S, 3)."""
    starts = tqdm(range(0, len(images), BATCH), desc=name, unit="batch", disable=None)
    parts = [landmarks_in(run(images[start : start + BATCH]), decoder) for start in starts]
    points, scores = (np.concatenate(column) for column in zip(*parts, strict=True))
    return points, scores


def faceless_sets(config: Config, folder: Path | None, split: str) -> list[Dataset]:
    """The data sets of a split that squares without a face are cut from."""
    sources = [config.data.sources[0], *config.data.faceless_files]
    return [load_source(source, folder, split) for source in sources]


def calibrate(
    config: Config, run: Run, decoder: DecoderSettings, folder: Path | None
) -> tuple[Confidence, list[str]]:
    """Confidences of what turns inputs into heatmaps, and lines that say how good they are."""
    crops, right = crops_of(dataset_of(config, folder, "test"), config), RIGHT[config.data.metric]
    points, scores = decoded(run, crops.images, decoder, "test images")
    errors = crops.errors_of(points)
    if not config.data.faceless:
        found = fit_confidence(scores, errors, right)
        return found, _reliability(found, scores, errors)

    def squares(split: str, seed: int) -> np.ndarray:
        sets = faceless_sets(config, folder, split)
        size = config.network.input_size
        images = faceless_inputs(sets, SQUARES, size, seed)
        return decoded(run, images, decoder, f"{split} squares")[1]

    found = fit_confidence(scores, errors, right, squares("train", SEED + 1))
    lines = _reliability(found, scores, errors)
    return found, [*lines, _false_faces(config, found, scores, squares("test", SEED))]


def _reliability(found: Confidence, scores: np.ndarray, errors: np.ndarray) -> list[str]:
    """The curve as a table."""
    counted = ~np.isnan(errors)
    confidence = found.landmark(scores[counted].astype(np.float64))
    bins, error = reliability(confidence, errors[counted] <= found.right)
    rows = [
        f"{bar.low:.1f} to {bar.high:.1f}  {bar.count:7,}  {bar.confidence:10.3f}  {bar.held:.3f}"
        for bar in bins
        if bar.count
    ]
    title = f"expected calibration error {error:.4f}; right: at most {found.right:.0%} off"
    return [title, "confidence    points  mean of it  right", *rows]


def _false_faces(config: Config, found: Confidence, faces: np.ndarray, others: np.ndarray) -> str:
    assert found.face is not None and found.threshold is not None
    kept = (found.face(faces.mean(axis=1)) >= found.threshold).mean()
    taken = int((found.face(others.mean(axis=1)) >= found.threshold).sum())
    names = ", ".join(
        source.file for source in (config.data.sources[0], *config.data.faceless_files)
    )
    return (
        f"threshold {found.threshold:.4f}: {kept:.1%} of {len(faces)} faces kept, {taken} of"
        f" {len(others)} squares without a face taken for one (test pictures of {names})"
    )


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(prog="python -m model.calibrate", description=__doc__)
    parser.add_argument("--config", default="face-tiny")
    parser.add_argument("--checkpoint", type=Path, help="other than the shipped one")
    parser.add_argument("--data", type=Path, help="folder with the data (or LANDMARK_DATA)")
    args = parser.parse_args()
    config = load_config(args.config)
    path = args.checkpoint or checkpoint_path(config.name)
    logits = load_logits(config, path)
    found, lines = calibrate(
        config, lambda images: heatmaps_of(logits.network, images), logits.decoder,
        data_folder(args.data),
    )  # fmt: skip
    annotate(path, confidence=found.as_text())
    print("\n".join([*lines, f"wrote {path}"]))


if __name__ == "__main__":
    run_command(main)
