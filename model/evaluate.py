# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Accuracy on a test split: `python -m model.evaluate --config face-tiny --data FOLDER`."""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from torch import nn

from hls.errors import run_command
from hls.landmark_decode import decode
from model.checkpoint import load_network
from model.config import Config, load_config
from model.data import Dataset, cut, dataset_of, square_to_input, transform
from model.metrics import nme

Crops = tuple[np.ndarray, np.ndarray, np.ndarray]


def crops_of(dataset: Dataset, config: Config) -> Crops:
    """(inputs (N, S, S, 3) uint8, landmarks and norm in input pixels), cut round each box."""
    size, squares = config.network.input_size, dataset.box * [1, 1, config.data.crop]
    matrices = [square_to_input(square, size) for square in squares]
    pairs = zip(dataset.images, matrices, strict=True)
    images = np.stack([cut(image, matrix, size) for image, matrix in pairs])
    points = np.stack([transform(p, m) for p, m in zip(dataset.landmarks, matrices, strict=True)])
    return images, points, dataset.norm * size / squares[:, 2]


def test_crops(config: Config, folder: Path | None, split: str = "test") -> Crops:
    """The evaluation inputs of a configuration; the same for every implementation."""
    return crops_of(dataset_of(config, folder, split), config)


def heatmaps_of(network: nn.Module, images: np.ndarray) -> np.ndarray:
    """Inputs (N, S, S, 3) uint8 -> integer heatmaps (N, M, M, K) int32."""
    network.eval()
    with torch.no_grad():
        maps = network(torch.from_numpy(images).permute(0, 3, 1, 2).float())
    return maps.permute(0, 2, 3, 1).round().int().numpy()


def accuracy(run: Callable[[np.ndarray], np.ndarray], crops: Crops, batch: int = 64) -> float:
    """NME of anything that turns inputs into integer heatmaps."""
    images, landmarks, norm = crops
    parts = [decode(run(images[i : i + batch]))[0] for i in range(0, len(images), batch)]
    return nme(np.concatenate(parts), landmarks, norm)


def data_folder(given: Path | None) -> Path | None:
    """--data, or the environment's LANDMARK_DATA."""
    return given or (Path(os.environ["LANDMARK_DATA"]) if "LANDMARK_DATA" in os.environ else None)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(prog="python -m model.evaluate", description=__doc__)
    parser.add_argument("--config", default="face-tiny")
    parser.add_argument("--checkpoint", type=Path, help="other than the shipped one")
    parser.add_argument("--data", type=Path, help="folder with the packed data")
    parser.add_argument("--split", default="test", choices=("train", "test"))
    parser.add_argument("--json", action="store_true", help="machine-readable")
    args = parser.parse_args()
    config = load_config(args.config)
    network = load_network(args.config, args.checkpoint)
    crops = test_crops(config, data_folder(args.data), args.split)
    figure = accuracy(lambda images: heatmaps_of(network, images), crops)
    if args.json:
        print(json.dumps({"config": args.config, "images": len(crops[0]), "nme": figure}))
    else:
        print(f"{args.config}: NME {figure!r} on {len(crops[0])} {args.split} images")


if __name__ == "__main__":
    run_command(main)
