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

from hls.common.errors import run_command
from hls.streams.confidence import Confidence
from hls.streams.landmarks import DecoderSettings
from model.config import Config, load_config
from model.data.load import data_folder, dataset_of
from model.evaluation.confidence import RIGHT, fit_confidence
from model.evaluation.crops import Run, crops_of, decoded, heatmaps_of
from model.evaluation.reliability import SEED, Reliability, faceless_scores, reliability_of
from model.evaluation.tables import markdown
from model.training.checkpoint import annotate, checkpoint_path, load_logits


def calibrate(
    config: Config, run: Run, decoder: DecoderSettings, folder: Path | None
) -> tuple[Confidence, Reliability]:
    """Confidences of what turns inputs into heatmaps, and how far they hold."""
    crops, right = crops_of(dataset_of(config, folder, "test"), config), RIGHT[config.data.metric]
    points, scores = decoded(run, crops.images, decoder, "test images")
    errors = crops.errors_of(points)
    if not config.data.faceless:
        found = fit_confidence(scores, errors, right)
        return found, reliability_of(config, found, scores, errors, None)

    def faceless(split: str, seed: int) -> np.ndarray:
        return faceless_scores(config, run, decoder, folder, split, seed)

    found = fit_confidence(scores, errors, right, faceless("train", SEED + 1))
    return found, reliability_of(config, found, scores, errors, faceless("test", SEED))


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
    found, held = calibrate(
        config, lambda images: heatmaps_of(logits.network, images), logits.decoder,
        data_folder(args.data),
    )  # fmt: skip
    annotate(path, confidence=found.as_text())
    print(markdown(held.table(f"{config.name}: confidence")))
    print(f"wrote {path}")


if __name__ == "__main__":
    run_command(main)
