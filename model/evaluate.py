# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Accuracy on a test split: `python -m model.evaluate --data FOLDER [--config face-tiny …]`.

Tables of every shipped network, with the paper's figures where the data set is the paper's; --out
keeps them, the error curves and a gallery of the worst images.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from tqdm import tqdm

from hls.common.errors import InputError, run_command
from hls.streams.landmarks import DecoderSettings, decode
from model.augment import flip_table
from model.checkpoint import checkpoint_path, load_logits, load_network, load_tensors, shipped
from model.config import Config, load_config
from model.data import Dataset, cut, data_folder, dataset_of, square_to_input, transform
from model.metrics import cumulative, distances, found_points, nme
from model.network import LandmarkNetwork
from model.optimise import REAL_STEPS
from model.pictures import curves, failures, png
from model.published import PUBLISHED
from model.results import Result, as_json, data_source, tables_of
from model.tables import as_csv, headline_of, markdown, published_table


@dataclass(frozen=True)
class Crops:
    """Network inputs (N, S, S, 3) uint8, and the truth in their pixels."""

    images: np.ndarray
    landmarks: np.ndarray
    visible: np.ndarray
    norm: np.ndarray
    subsets: Mapping[str, np.ndarray]

    def errors(self, maps: np.ndarray, decoder: DecoderSettings) -> np.ndarray:
        """Errors (N, K) of integer heatmaps (N, M, M, K), see model.metrics."""
        found = found_points(decode(maps, decoder)[0])
        return distances(found, self.landmarks, self.visible, self.norm)


def crops_of(dataset: Dataset, config: Config) -> Crops:
    """What the network sees of each image: the square of its box, times the crop."""
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
    device, step = next(network.parameters()).device, REAL_STEPS if network.config.real else 1

    def run(part: np.ndarray) -> np.ndarray:
        pictures = torch.from_numpy(part).permute(0, 3, 1, 2).to(device).float()
        maps = network(pictures.contiguous(memory_format=torch.channels_last))
        return (maps.permute(0, 2, 3, 1) * step).round().int().cpu().numpy()

    with torch.no_grad():
        return np.concatenate([run(images[i : i + batch]) for i in range(0, len(images), batch)])


def accuracy(
    run: Callable[[np.ndarray], np.ndarray],
    crops: Crops,
    decoder: DecoderSettings,
    batch: int = 64,
) -> float:
    """NME of anything that turns inputs into integer heatmaps."""
    images = crops.images
    parts = [run(images[i : i + batch]) for i in range(0, len(images), batch)]
    return nme(crops.errors(np.concatenate(parts), decoder))


def headline(
    maps: np.ndarray, crops: Crops, config: Config, decoder: DecoderSettings
) -> tuple[str, float]:
    """The configuration's own figure: its name and value."""
    return headline_of(crops.errors(maps, decoder), config.data.metric)


def both_ways(run: Callable[[np.ndarray], np.ndarray]) -> Callable[[np.ndarray], np.ndarray]:
    """The paper's flip test: the heatmaps plus those of the mirrored inputs, mirrored back."""

    def summed(images: np.ndarray) -> np.ndarray:
        mirrored = run(np.ascontiguousarray(images[:, :, ::-1]))[:, :, ::-1]
        return run(images) + mirrored[..., flip_table(mirrored.shape[-1])]

    return summed


def found_in(
    run: Callable[[np.ndarray], np.ndarray],
    images: np.ndarray,
    decoder: DecoderSettings,
    name: str = "",
    batch: int = 32,
) -> np.ndarray:
    """Landmarks (N, K, 2) in input pixels; no more heatmaps at a time than a batch's."""
    starts = tqdm(range(0, len(images), batch), desc=name, unit="batch", disable=None)
    parts = [decode(run(images[i : i + batch]), decoder)[0] for i in starts]
    return found_points(np.concatenate(parts))


def mean_shape(dataset: Dataset) -> np.ndarray:
    """Where each landmark (K, 2) is on average in the box, from 0 to 1."""
    centre, side = dataset.box[:, None, :2], dataset.box[:, None, 2:]
    places = np.where(dataset.visible[..., None], (dataset.landmarks - centre) / side + 0.5, np.nan)
    return np.nanmean(places.astype(np.float64), axis=0)


def constant_points(config: Config, folder: Path | None) -> np.ndarray:
    """The training images' mean shape in input pixels, a guess for every image."""
    try:
        shape = mean_shape(dataset_of(config, folder, "train"))
    except InputError:  # a data set for tests only: no guess
        shape = np.full((config.network.landmarks, 2), np.nan)
    return ((shape - 0.5) / config.data.crop + 0.5) * config.network.input_size - 0.5


def evaluate(
    config: Config, checkpoint: Path, folder: Path | None, split: str, *, flip: bool,
    out: Path | None = None,
) -> Result:  # fmt: skip
    """Run a network over a split; its error curve and worst images go to `out`."""
    logits, crops = load_logits(config, checkpoint), test_crops(config, folder, split)
    decoder = logits.decoder.of_two if flip else logits.decoder

    def run(images: np.ndarray) -> np.ndarray:
        return heatmaps_of(logits.network, images)

    found = found_in(both_ways(run) if flip else run, crops.images, decoder, config.name)
    guess = np.broadcast_to(constant_points(config, folder), found.shape)
    errors, constant = (
        distances(points, crops.landmarks, crops.visible, crops.norm) for points in (found, guess)
    )
    if np.isnan(errors).all():
        raise InputError(f"{config.name}: no image counts, for none has a normaliser")
    if out is not None:
        worst = failures(crops.images, crops.landmarks, found, errors)
        write_file(out / f"{config.name}-worst.png", png(worst))
        write_curves(out / f"{config.name}-ced", config.data.metric, errors, crops.subsets)
    return Result(config, split, flip, checkpoint, errors, constant, crops.subsets)


def write_curves(
    path: Path, metric: str, errors: np.ndarray, subsets: Mapping[str, np.ndarray]
) -> None:
    """The share of images (faces) or joints (poses) within each error, as .csv and .png."""
    if metric == "nme":
        limits, what, axis = np.linspace(0, 0.15, 151), "images", "mean error / normaliser"
    else:
        limits, what, axis = np.linspace(0, 1, 101), "joints", "error / normaliser"

    def curve(errors: np.ndarray) -> np.ndarray:
        counted = errors[~np.isnan(errors)][:, None]  # joints: a curve as if each was an image
        return cumulative(errors if metric == "nme" else counted, limits)

    shares = {"all": curve(errors)} | {name: curve(errors[m]) for name, m in subsets.items()}
    pairs = zip(limits, shares["all"].tolist(), strict=True)
    lines = ["limit,share", *(f"{limit:g},{share!r}" for limit, share in pairs)]
    write_file(path.with_suffix(".csv"), "\n".join(lines) + "\n")
    write_file(path.with_suffix(".png"), curves(limits, shares, what, axis))


def write_file(path: Path, content: str | bytes) -> None:
    """All or nothing: an interrupted run leaves the earlier file alone."""
    fresh = path.with_name(path.name + ".new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh.write_bytes(content.encode() if isinstance(content, str) else content)
        fresh.replace(path)
    except OSError as error:
        raise InputError(f"cannot write {path}: {error}") from None


def chosen(names: list[str] | None, checkpoint: Path | None) -> dict[str, Path]:
    """Configuration -> checkpoint: those named, the one that a checkpoint names, or all shipped."""
    if checkpoint is None:
        names = names or shipped()
        if not names:
            raise InputError("no checkpoint is shipped: give --config and --checkpoint")
        return {name: checkpoint_path(name) for name in names}
    if names is None:
        names = [load_tensors(checkpoint)[1].get("config", "none named in it")]
    if len(names) != 1:
        raise InputError("--checkpoint is one network's: give one --config")
    return {names[0]: checkpoint}


def available(configs: list[Config], folder: Path | None, split: str) -> list[Config]:
    """The configurations whose data is in the folder; a line on stderr for each other one."""
    if folder is None or not folder.is_dir():
        raise InputError(f"data folder {folder} is missing: give --data or set LANDMARK_DATA")
    found = []
    for config in configs:
        path = folder / data_source(config, split)[1]
        if path.exists():
            found.append(config)
        else:
            print(f"skipped {config.name}: {path} is missing", file=sys.stderr)
    if not found:
        raise InputError(f"nothing to evaluate: {folder} has no data set of these configurations")
    return found


def arguments() -> argparse.Namespace:
    """The command line's."""
    parser = argparse.ArgumentParser(prog="python -m model.evaluate", description=__doc__)
    parser.add_argument("--config", nargs="+", action="extend", help="all shipped, if left out")
    parser.add_argument("--checkpoint", type=Path, help="other than the shipped one")
    parser.add_argument("--data", type=Path, help="folder with the data (or LANDMARK_DATA)")
    parser.add_argument("--split", default="test", choices=("train", "test"))
    parser.add_argument("--out", type=Path, help="folder for tables, error curves and galleries")
    parser.add_argument("--flip", action="store_true", help="the paper's flip test")
    parser.add_argument("--json", action="store_true", help="machine-readable")
    parser.add_argument("--published", action="store_true", help="only print the paper's figures")
    return parser.parse_args()


def main() -> None:
    """Command line."""
    args = arguments()
    if args.published:
        print("\n\n".join(markdown(published_table(each, {})) for each in PUBLISHED))
        return
    checkpoints = chosen(args.config, args.checkpoint)
    configs = [load_config(name) for name in checkpoints]
    for config in configs:
        load_network(config, checkpoints[config.name])  # what is wrong is said before long runs
    folder = data_folder(args.data)
    results = [
        evaluate(config, checkpoints[config.name], folder, args.split, flip=args.flip, out=args.out)
        for config in available(configs, folder, args.split)
    ]
    tables = tables_of(results)
    text = "\n\n".join(map(markdown, tables))
    if args.out:
        write_file(args.out / "tables.md", text + "\n")
        write_file(args.out / "tables.csv", as_csv(tables))
    print(as_json(results) if args.json else text)


if __name__ == "__main__":
    run_command(main)
