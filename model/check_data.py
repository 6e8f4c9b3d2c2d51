# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Check labelled pictures: `python -m model.check_data wild68.npz lsp:FOLDER …`.

One line for each finding, with the remedy: arrays of a wrong type or length, landmarks that are no
numbers or far outside their box, boxes without area, persons or pictures in both splits, a shift
that all labels share, left and right swapped. The last two need a network that finds the same
landmarks: the shipped face-z1 or pose-z1, or another one by --config. Exits 1 where something makes
the data unusable.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from hls.common.errors import InputError, run_command
from model.checks.findings import Finding, Labelled, joined
from model.checks.labels import label_findings
from model.checks.network import look, shift_findings, shift_of, swap_findings
from model.checks.packed import array_findings, labelled, picture_findings
from model.checks.pictures import duplicate_findings
from model.config import Config, load_config
from model.data.dataset import Dataset
from model.data.formats import DATA_SETS
from model.data.formats.files import MissingSplit
from model.data.packed import read_arrays
from model.evaluation.crops import heatmaps_of
from model.training.checkpoint import checkpoint_path, load_logits

NETWORKS = {68: "face-z1", 14: "pose-z1"}
IMAGES = 300


def read(name: str) -> tuple[Labelled | None, list[Finding]]:
    """The data of a packed file or FORMAT:FOLDER, and what is wrong with its form; InputError where
    it can't be read at all."""
    kind, colon, folder = name.partition(":")
    if colon and kind in DATA_SETS:
        return official(kind, Path(folder)), []
    path = Path(name)
    if colon and not path.exists():
        raise InputError(f"unknown data format {kind!r} in {name}: use {', '.join(DATA_SETS)}")
    arrays = read_arrays(path)
    findings = array_findings(arrays)
    return (None, findings) if findings else (labelled(path, arrays), [*picture_findings(arrays)])


def official(kind: str, folder: Path) -> Labelled:
    """All splits of a data set in its official form."""
    parts: dict[str, Dataset] = {}
    for split in ("train", "test"):
        try:
            parts[split] = DATA_SETS[kind](folder, split)
        except MissingSplit:
            continue
    return joined(parts)


def network_findings(
    data: Labelled, config: Config, checkpoint: Path, count: int, name: str
) -> tuple[list[Finding], str]:
    """What a network sees of the labels, and a line that says what it was shown."""
    logits = load_logits(config, checkpoint)

    def run(images: np.ndarray) -> np.ndarray:
        return heatmaps_of(logits.network, images)

    seen = look(run, logits.decoder, config, data, count, name)
    shift, error = shift_of(seen, np.ones(len(seen.chosen), bool))
    line = (
        f"too few of {len(seen.chosen):,} images look to {config.name} as labelled to tell a shift"
    )
    if np.isfinite(error).all():
        line = (
            f"labels lie ({shift[0]:+.2f}, {shift[1]:+.2f}) px right and down of what {config.name}"
            f" sees in {len(seen.chosen):,} images, standard error ({error[0]:.2f}, {error[1]:.2f})"
        )
    return [*swap_findings(seen), *shift_findings(seen)], line


def check(name: str, config: str | None, checkpoint: Path | None, count: int) -> list[Finding]:
    """Check one data set and print what is found, a line each; the findings."""
    found: list[Finding] = []

    def told(findings: Iterable[Finding]) -> None:
        for finding in findings:
            found.append(finding)
            print(f"{name}: {finding}", flush=True)

    data, findings = read(name)
    told(findings)
    if data is None:
        return found
    told(label_findings(data))
    if any(finding.fatal for finding in found):
        print(f"{name}: pictures are looked at once the errors above are mended")
        return found
    told(duplicate_findings(data))
    landmarks = data.dataset.landmarks_count
    chosen = config or NETWORKS.get(landmarks)
    what = f"{len(data.split):,} images of {landmarks} landmarks"
    if chosen is None:
        print(f"{name}: {what}; shift and sides not checked: give a network by --config")
        return found
    network = load_config(chosen)
    if network.network.landmarks != landmarks:
        raise InputError(
            f"{name} has {landmarks} landmarks, {chosen} finds {network.network.landmarks}"
        )
    path = checkpoint or checkpoint_path(chosen)
    findings, line = network_findings(data, network, path, count, name)
    told(findings)
    print(f"{name}: {what}; {line}")
    return found


def main() -> int:
    """Command line."""
    parser = argparse.ArgumentParser(
        prog="python -m model.check_data", description=__doc__.partition("\n")[2],
    )  # fmt: skip
    parser.add_argument(
        "file", nargs="+", metavar="FILE",
        help=f"a packed file (.npz), or FORMAT:FOLDER with one of {', '.join(DATA_SETS)}",
    )  # fmt: skip
    parser.add_argument("--config", help="network to look with; face-z1 or pose-z1, if left out")
    parser.add_argument("--checkpoint", type=Path, help="other than the shipped one")
    parser.add_argument(
        "--images", type=int, default=IMAGES, help="how many images of each source it looks at"
    )
    args = parser.parse_args()
    found = [
        each
        for name in args.file
        for each in check(name, args.config, args.checkpoint, args.images)
    ]
    fatal = sum(finding.fatal for finding in found)
    print(f"{fatal} errors, {len(found) - fatal} warnings")
    return 1 if fatal else 0


if __name__ == "__main__":
    run_command(main)
