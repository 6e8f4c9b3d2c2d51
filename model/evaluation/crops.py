# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""What a network sees of a data set, and the landmarks that it finds, from one view or several."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from tqdm import tqdm

from hls.streams.landmarks import DecoderSettings, decode
from hls.streams.views import first_views
from model.config import Config
from model.data.dataset import Dataset
from model.data.geometry import cut, square_to_input, transform
from model.data.load import dataset_of
from model.evaluation.metrics import distances, found_points, nme
from model.evaluation.tables import headline_of
from model.network.network import LandmarkNetwork
from model.training.optimise import REAL_STEPS

# Inputs (N, S, S, 3) uint8 -> integer heatmaps (N, M, M, K).
Run = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Crops:
    """Network inputs (N, S, S, 3) uint8, and the truth in their pixels."""

    images: np.ndarray
    landmarks: np.ndarray
    visible: np.ndarray
    norm: np.ndarray
    subsets: Mapping[str, np.ndarray]

    def errors(self, maps: np.ndarray, decoder: DecoderSettings) -> np.ndarray:
        """Errors (N, K) of integer heatmaps (N, M, M, K), see model.evaluation.metrics."""
        return self.errors_of(landmarks_in(maps, decoder)[0])

    def errors_of(self, found: np.ndarray) -> np.ndarray:
        """Errors (N, K) of landmarks (N, K, 2) in input pixels."""
        return distances(found, self.landmarks, self.visible, self.norm)


def landmarks_in(maps: np.ndarray, decoder: DecoderSettings) -> tuple[np.ndarray, np.ndarray]:
    """Integer heatmaps (N, M, M, K) -> landmarks (N, K, 2) in input pixels, scores (N, K)."""
    places, scores = decode(maps, decoder)
    return found_points(places), scores


def decoded(
    run: Run, images: np.ndarray, decoder: DecoderSettings, name: str, batch: int = 32
) -> tuple[np.ndarray, np.ndarray]:
    """Landmarks (N, K, 2) in input pixels and scores (N, K) of inputs (N, S, S, 3).

    With a progress bar called `name`; no more heatmaps at a time than a batch's.
    """
    starts = tqdm(range(0, len(images), batch), desc=name, unit="batch", disable=None)
    parts = [landmarks_in(run(images[start : start + batch]), decoder) for start in starts]
    points, scores = (np.concatenate(column) for column in zip(*parts, strict=True))
    return points, scores


def _matrices(dataset: Dataset, config: Config) -> list[np.ndarray]:
    """From each picture to the input that shows the square of its box, times the crop."""
    squares = dataset.box * [1, 1, config.data.crop]
    return [square_to_input(square, config.network.input_size) for square in squares]


def crops_of(dataset: Dataset, config: Config) -> Crops:
    """What the network sees of each image: the square of its box, times the crop."""
    size, matrices = config.network.input_size, _matrices(dataset, config)
    pairs = zip(dataset.images, matrices, strict=True)
    images = np.stack([cut(image, matrix, size) for image, matrix in pairs])
    points = np.stack([transform(p, m) for p, m in zip(dataset.landmarks, matrices, strict=True)])
    norm = dataset.norm * size / (dataset.box[:, 2] * config.data.crop)
    return Crops(images, points, dataset.visible, norm, dataset.subsets)


def test_crops(config: Config, folder: Path | None, split: str = "test") -> Crops:
    """The evaluation inputs of a configuration; the same for every implementation."""
    return crops_of(dataset_of(config, folder, split), config)


def heatmaps_of(network: LandmarkNetwork, images: np.ndarray, batch: int = 32) -> np.ndarray:
    """Inputs (N, S, S, 3) uint8 -> integer heatmaps (N, M, M, K) int32."""
    network.eval()
    device, step = next(network.parameters()).device, REAL_STEPS if network.config.real else 1

    def run(part: np.ndarray) -> np.ndarray:
        pictures = torch.from_numpy(part).permute(0, 3, 1, 2).to(device).float()
        maps = network(pictures.contiguous(memory_format=torch.channels_last))
        return (maps.permute(0, 2, 3, 1) * step).round().int().cpu().numpy()

    with torch.no_grad():
        return np.concatenate([run(images[i : i + batch]) for i in range(0, len(images), batch)])


def accuracy(run: Run, crops: Crops, decoder: DecoderSettings) -> float:
    """NME of anything that turns inputs into integer heatmaps."""
    return nme(crops.errors_of(decoded(run, crops.images, decoder, "test images")[0]))


def headline(
    maps: np.ndarray, crops: Crops, config: Config, decoder: DecoderSettings
) -> tuple[str, float]:
    """The configuration's own figure: its name and value."""
    return headline_of(crops.errors(maps, decoder), config.data.metric)


def views_of(
    run: Run, decoder: DecoderSettings, dataset: Dataset, config: Config, count: int, *,
    name: str = "", batch: int = 32,
) -> tuple[np.ndarray, np.ndarray]:  # fmt: skip
    """Landmarks (V, N, K, 2) of each view in the plain view's input pixels, scores (V, N, K).

    With a progress bar called `name`; no more than a batch's pictures and heatmaps at a time.
    """
    size, matrices = config.network.input_size, _matrices(dataset, config)
    views = first_views(count)
    found, scores = [], []
    for start in tqdm(range(0, len(matrices), batch), name, unit="batch", disable=None):
        part = matrices[start : start + batch]
        pictures = [dataset.images[start + index] for index in range(len(part))]
        looks = []
        for view in views:
            pairs = zip(pictures, part, strict=True)
            inputs = np.stack([cut(image, view.behind(m, size), size) for image, m in pairs])
            points, marks = landmarks_in(run(inputs), decoder)
            looks.append((view.back(points, size), view.in_order(marks)))
        found.append(np.stack([points for points, _ in looks]))
        scores.append(np.stack([marks for _, marks in looks]))
    return np.concatenate(found, axis=1), np.concatenate(scores, axis=1)
