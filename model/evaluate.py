# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Accuracy on a test split: `python -m model.evaluate --config face-tiny --data FOLDER`."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from hls.errors import run_command
from hls.landmark_decode import decode
from model.checkpoint import load_network
from model.config import Config, load_config
from model.data import Dataset, cut, data_folder, dataset_of, square_to_input, transform
from model.metrics import distances, found_points, nme, pck
from model.network import LandmarkNetwork

# Real-valued heatmaps are decoded like integer ones, in steps of 1/4096.
_REAL_STEP = 4096


@dataclass(frozen=True)
class Crops:
    """Network inputs (N, S, S, 3) uint8, and the truth in their pixels."""

    images: np.ndarray
    landmarks: np.ndarray
    visible: np.ndarray
    norm: np.ndarray
    subsets: Mapping[str, np.ndarray]

    def errors(self, maps: np.ndarray) -> np.ndarray:
        """Errors (N, K) of integer heatmaps (N, M, M, K), see model.metrics."""
        found = found_points(decode(maps)[0])
        return distances(found, self.landmarks, self.visible, self.norm)


def crops_of(dataset: Dataset, config: Config) -> Crops:
    """What the network sees of each image: the square of its box, times the configuration's crop."""
    size, squares = config.network.input_size, dataset.box * [1, 1, config.data.crop]
    matrices = [square_to_input(square, size) for square in squares]
    pairs = zip(dataset.images, matrices, strict=True)
    images = np.stack([cut(image, matrix, size) for image, matrix in pairs])
    points = np.stack([transform(p, m) for p, m in zip(dataset.landmarks, matrices, strict=True)])
    norm = dataset.norm * size / squares[:, 2]
    return Crops(images, points, dataset.visible, norm, dataset.subsets)


def test_crops(config: Config, folder: Path | None, split: str = "test") -> Crops:
    """The evaluation inputs of a configuration; the same for every implementation."""
    return crops_of(dataset_of(config, folder, split), config)


def heatmaps_of(network: LandmarkNetwork, images: np.ndarray, batch: int = 32) -> np.ndarray:
    """Inputs (N, S, S, 3) uint8 -> integer heatmaps (N, M, M, K) int32."""
    network.eval()
    device, step = next(network.parameters()).device, _REAL_STEP if network.config.real else 1

    def run(part: np.ndarray) -> np.ndarray:
        pictures = torch.from_numpy(part).permute(0, 3, 1, 2).to(device).float()
        maps = network(pictures.contiguous(memory_format=torch.channels_last))
        return (maps.permute(0, 2, 3, 1) * step).round().int().cpu().numpy()

    with torch.no_grad():
        return np.concatenate([run(images[i : i + batch]) for i in range(0, len(images), batch)])


def accuracy(run: Callable[[np.ndarray], np.ndarray], crops: Crops, batch: int = 64) -> float:
    """NME of anything that turns inputs into integer heatmaps."""
    images = crops.images
    parts = [run(images[i : i + batch]) for i in range(0, len(images), batch)]
    return nme(crops.errors(np.concatenate(parts)))


def headline(maps: np.ndarray, crops: Crops, config: Config) -> tuple[str, float]:
    """The configuration's own figure: its name and value."""
    errors = crops.errors(maps)
    return ("PCK@0.5", pck(errors, 0.5)) if config.data.metric == "pck" else ("NME", nme(errors))


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
    name, figure = headline(heatmaps_of(network, crops.images), crops, config)
    if args.json:
        print(
            json.dumps({"config": args.config, "images": len(crops.images), name.lower(): figure})
        )
    else:
        print(f"{args.config}: {name} {figure!r} on {len(crops.images)} {args.split} images")


if __name__ == "__main__":
    run_command(main)
