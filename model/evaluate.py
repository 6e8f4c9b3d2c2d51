# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Accuracy: `python -m model.evaluate --data FOLDER [--config face-z1 …] [--on wild68 …]`.

Tables of every shipped network on its own test images or on the data sets named with --on, with
published figures where there are some; --out keeps them, the error curves and a gallery of the
worst images.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from hls.common.errors import InputError, run_command
from hls.streams.landmarks import DecoderSettings
from hls.streams.views import COUNTS, combined
from model.config import Config, load_config
from model.data.dataset import Dataset
from model.data.load import data_folder, fitting, load_source
from model.evaluation.crops import Run, crops_of, heatmaps_of, views_of
from model.evaluation.metrics import cumulative
from model.evaluation.pictures import curves, failures, png
from model.evaluation.published import PUBLISHED
from model.evaluation.reliability import SEED, Reliability, faceless_scores, reliability_of
from model.evaluation.results import Result, as_json, tables_of
from model.evaluation.sets import KNOWN, NamedSet, known_set, own_set
from model.evaluation.tables import as_csv, markdown, published_table
from model.training.checkpoint import (
    checkpoint_path,
    confidence_of,
    load_logits,
    load_network,
    load_tensors,
    shipped,
)


def mean_shape(dataset: Dataset) -> np.ndarray:
    """Where each landmark (K, 2) is on average in the box, from 0 to 1."""
    centre, side = dataset.box[:, None, :2], dataset.box[:, None, 2:]
    places = np.where(dataset.visible[..., None], (dataset.landmarks - centre) / side + 0.5, np.nan)
    return np.nanmean(places.astype(np.float64), axis=0)


def constant_points(config: Config, folder: Path | None) -> np.ndarray:
    """The training images' mean shape in input pixels, a guess for every image."""
    try:
        source = config.data.sources[0]
        shape = mean_shape(fitting(config, source, load_source(source, folder, "train")))
    except InputError:  # a data set for tests only: no guess
        shape = np.full((config.network.landmarks, 2), np.nan)
    return ((shape - 0.5) / config.data.crop + 0.5) * config.network.input_size - 0.5


def evaluate(
    config: Config, checkpoint: Path, folder: Path | None, split: str = "test", *,
    data: NamedSet | None = None, views: Sequence[int] = (1,), out: Path | None = None,
) -> list[Result]:  # fmt: skip
    """Run a network over a split of a data set (its own, if left out), a result for each number of
    views; the worst images go to `out`."""
    logits, data = load_logits(config, checkpoint), data or own_set(config, split)
    dataset = data.load(folder, split)
    crops, name = crops_of(dataset, config), f"{config.name} on {data.name}"

    def run(images: np.ndarray) -> np.ndarray:
        return heatmaps_of(logits.network, images)

    points, scores = views_of(run, logits.decoder, dataset, config, max(views), name=name)
    guess = crops.errors_of(np.broadcast_to(constant_points(config, folder), points[0].shape))
    if np.isnan(crops.norm).all():
        raise InputError(f"{name}: no image counts, for none has a normaliser")
    results = []
    for number in views:
        found = combined(points[:number], scores[:number], config.network.input_size)
        errors = crops.errors_of(found)
        held = None
        if (number, split, data.name) == (1, "test", own_set(config).name):
            held = _confidence(config, checkpoint, run, logits.decoder, folder, scores[0], errors)
        parts = (errors, guess, dataset.subsets, held)
        results.append(Result(config, data, split, number, checkpoint, *parts))
        if out is not None and number == views[0]:
            worst = failures(crops.images, crops.landmarks, found, errors)
            write_file(out / f"{config.name}-{data.name}-worst.png", png(worst))
    return results


def _confidence(
    config: Config, checkpoint: Path, run: Run, decoder: DecoderSettings, folder: Path | None,
    scores: np.ndarray, errors: np.ndarray,
) -> Reliability | None:  # fmt: skip
    """How far the checkpoint's confidences hold on its own data set; None where it has none."""
    found, faceless = confidence_of(checkpoint), None
    if found is None:
        return None
    if found.face is not None:
        faceless = faceless_scores(config, run, decoder, folder, "test", SEED)
    return reliability_of(config, found, scores, errors, faceless)


def write_curves(path: Path, metric: str, errors: Mapping[str, np.ndarray]) -> None:
    """The share of images (faces) or joints (poses) within each error, a curve for each named
    array of errors (N, K), as .csv and .png."""
    if metric == "nme":
        limits, what, axis = np.linspace(0, 0.15, 151), "images", "mean error / normaliser"
    else:
        limits, what, axis = np.linspace(0, 1, 101), "joints", "error / normaliser"

    def curve(errors: np.ndarray) -> np.ndarray:
        counted = errors[~np.isnan(errors)][:, None]  # joints: a curve as if each was an image
        return cumulative(errors if metric == "nme" else counted, limits)

    shares = {name: curve(values) for name, values in errors.items()}
    lines = ["curve,limit,share"]
    for name, values in shares.items():
        pairs = zip(limits, values.tolist(), strict=True)
        lines += [f'"{name}",{limit:g},{share!r}' for limit, share in pairs]
    write_file(path.with_name(f"{path.name}.csv"), "\n".join(lines) + "\n")
    write_file(path.with_name(f"{path.name}.png"), curves(limits, shares, what, axis))


def write_all(out: Path, results: list[Result], text: str) -> None:
    """Tables, and one picture of error curves for each data set with all networks and views."""
    write_file(out / "tables.md", text + "\n")
    write_file(out / "tables.csv", as_csv(tables_of(results)))
    for name in dict.fromkeys(result.data.name for result in results):
        same = [result for result in results if result.data.name == name]
        errors = {result.name: result.errors for result in same}
        write_curves(out / f"{name}-ced", same[0].data.metric, errors)


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


def own_pairs(
    configs: list[Config], folder: Path | None, split: str
) -> list[tuple[Config, NamedSet]]:
    """The configurations whose data is in the folder; a line on stderr for each other one."""
    found = []
    for config in configs:
        data = own_set(config, split)
        path = _present(folder) / data.source.file
        if path.exists():
            found.append((config, data))
        else:
            print(f"skipped {config.name}: {path} is missing", file=sys.stderr)
    if not found:
        raise InputError(f"nothing to evaluate: {folder} has no data set of these configurations")
    return found


def pairs_on(
    configs: list[Config], names: Sequence[str], folder: Path | None
) -> list[tuple[Config, NamedSet]]:
    """Each named data set with every configuration that finds as many landmarks; InputError where
    it is missing or none does."""
    pairs = []
    for data in map(known_set, dict.fromkeys(names)):
        path = _present(folder) / data.source.file
        if not path.exists():
            raise InputError(f"{path} is missing: put the data set {data.name} there")
        equal = [each for each in configs if each.network.landmarks == data.landmarks]
        if not equal:
            found = ", ".join(f"{each.name} {each.network.landmarks}" for each in configs)
            raise InputError(
                f"{data.name} has {data.landmarks} landmarks, the networks find others: {found}"
            )
        pairs += [(config, data) for config in equal]
    return pairs


def _present(folder: Path | None) -> Path:
    if folder is None or not folder.is_dir():
        raise InputError(f"data folder {folder} is missing: give --data or set LANDMARK_DATA")
    return folder


def arguments() -> argparse.Namespace:
    """The command line's."""
    parser = argparse.ArgumentParser(
        prog="python -m model.evaluate", description=__doc__.partition("\n")[2],
    )  # fmt: skip
    parser.add_argument("--config", nargs="+", action="extend", help="all shipped, if left out")
    parser.add_argument("--checkpoint", type=Path, help="other than the shipped one")
    parser.add_argument("--data", type=Path, help="folder with the data (or LANDMARK_DATA)")
    parser.add_argument(
        "--on", nargs="+", action="extend", metavar="NAME",
        help=f"data sets other than the configuration's own: {', '.join(KNOWN)}",
    )  # fmt: skip
    parser.add_argument("--split", default="test", choices=("train", "test"))
    parser.add_argument(
        "--views", nargs="+", type=int, default=[1], choices=COUNTS, metavar="N",
        help="inferences a square, several numbers for several rows: 1, 2 (with the mirror image),"
        " 4, 8, 16",
    )  # fmt: skip
    parser.add_argument("--out", type=Path, help="folder for tables, error curves and galleries")
    parser.add_argument(
        "--flip", action="store_const", const=[2], dest="views", help="the same as --views 2"
    )
    parser.add_argument("--json", action="store_true", help="a line of JSON for each figure")
    parser.add_argument("--published", action="store_true", help="only print published figures")
    return parser.parse_args()


def main() -> None:
    """Command line."""
    args = arguments()
    if args.published:
        print("\n\n".join(markdown(published_table(each, {})) for each in PUBLISHED))
        return
    checkpoints, folder = chosen(args.config, args.checkpoint), data_folder(args.data)
    configs = [load_config(name) for name in checkpoints]
    for config in configs:
        load_network(config, checkpoints[config.name])  # what is wrong is said before long runs
    pairs = (
        pairs_on(configs, args.on, folder) if args.on else own_pairs(configs, folder, args.split)
    )
    results = [
        result
        for config, data in pairs
        for result in evaluate(
            config, checkpoints[config.name], folder, args.split, data=data,
            views=list(dict.fromkeys(args.views)), out=args.out,
        )
    ]  # fmt: skip
    text = "\n\n".join(map(markdown, tables_of(results)))
    if args.out:
        write_all(args.out, results, text)
    print(as_json(results) if args.json else text)


if __name__ == "__main__":
    run_command(main)
