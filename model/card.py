# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Model cards: `python -m model.card --data FOLDER [--config face-z1 …]`.

Writes model/checkpoints/<config>.md from what the checkpoint, its configuration and an evaluation
say, so that no figure is typed by hand.
"""

from __future__ import annotations

import argparse
import hashlib
from pathlib import Path

import numpy as np

from hls.errors import InputError, run_command
from model.checkpoint import checkpoint_path, load_network, shipped
from model.config import Config, load_config
from model.data import data_folder
from model.evaluate import Crops, heatmaps_of, test_crops
from model.metrics import nme, pck
from model.summary import count

_ORIGIN = {
    "faces68.npz": "68 face landmarks (iBUG order); frames of YouTube Faces (Wolf, Hassner, Maoz,"
    " CVPR 2011) as re-published in udacity/P1_Facial_Keypoints; no person in both splits",
    "pose14.npz": "14 joints (LSP order); Leeds Sports Pose Extended (Johnson, Everingham,"
    " CVPR 2011), from axelcarlier/lsp",
}
_LIMITS = {
    "faces68.npz": "Trained on small, upright to moderately turned faces whose labels are most"
    " likely a network's output. Not for identifying anyone.",
    "pose14.npz": "Trained on sports, gymnastics and parkour with crowd-sourced labels: photographs"
    " labelled twice agree within half a torso on 90 % of the joints only.",
}


def figures(config: Config, crops: Crops) -> list[tuple[str, str]]:
    """(what, figure) of the shipped network on its test crops, to the last digit for the first."""
    errors = crops.errors(heatmaps_of(load_network(config), crops.images))
    groups = {"all": np.ones(len(errors), bool), **crops.subsets}
    if config.data.metric == "nme":
        values = {name: nme(errors[part]) for name, part in groups.items()}
        return [(f"NME, {name} test images", repr(value)) for name, value in values.items()]
    return [
        (f"PCK@{limit}, {name} test images", repr(pck(errors[part], limit)))
        for name, part in groups.items()
        for limit in (0.5, 0.2)
    ]


def recipe(config: Config) -> str:
    """The training section as one line."""
    recipe = config.training
    stages = f", the first {recipe.half_size:.0%} on half the side" if recipe.half_size else ""
    taught = f", {recipe.distil:.0%} of the targets from a teacher" if recipe.distil else ""
    return (
        f"`configs/{config.name}.toml`: {recipe.epochs} epochs{stages}, batches of"
        f" {recipe.batch_size}, Adam, {recipe.schedule} from {recipe.learning_rate:g},"
        f" {recipe.loss} loss{taught}, {recipe.precision}; then `model.ties.settle_ties`"
    )


def card(config: Config, crops: Crops) -> str:
    """The card's Markdown."""
    path, totals, network = checkpoint_path(config.name), count(config), config.network
    side, bits = network.input_size, f"residual of {network.residual_bits} bits"
    about = (
        f"{network.landmarks} landmarks from a {side} x {side} colour crop; {network.block} blocks,"
        f" width {network.width}, hourglass of depth {network.depth},"
        f" {'real-valued twin' if network.real else bits}."
    )
    table = ["| | |", "|---|---|"]
    rows = [(what, f"**{figure}**") for what, figure in figures(config, crops)]
    rows += [
        ("Print it", f"`python -m model.evaluate --config {config.name} --data FOLDER`"),
        *(
            (f"{kind.capitalize()} weights", f"{total.weights:,}, {total.macs:,} MAC a frame")
            for kind, total in totals.items()
        ),
        ("Data", f"`{config.data.file}`: {_ORIGIN.get(config.data.file, 'see its source')}"),
        ("Recipe", recipe(config)),
        ("Reproduce", f"`make train CONFIG={config.name} DATA=FOLDER`"),
        ("File", f"{path.stat().st_size:,} bytes"),
        ("sha256", hashlib.sha256(path.read_bytes()).hexdigest()),
    ]
    table += [f"| {what} | {value} |" for what, value in rows]
    limits = _LIMITS.get(config.data.file, "")
    return "\n\n".join([f"# {config.name}", about, "\n".join(table), limits]).rstrip() + "\n"


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(prog="python -m model.card", description=__doc__)
    parser.add_argument("--data", type=Path, help="folder with the packed data")
    parser.add_argument("--config", action="append", help="all that are shipped, if left out")
    args = parser.parse_args()
    for name in args.config or shipped():
        config, path = load_config(name), checkpoint_path(name)
        if not path.is_file():
            raise InputError(f"no checkpoint {path}: train one with make train")
        text = card(config, test_crops(config, data_folder(args.data)))
        path.with_suffix(".md").write_text(text)
        print(f"wrote {path.with_suffix('.md')}")


if __name__ == "__main__":
    run_command(main)
