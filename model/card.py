# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Model cards: `python -m model.card --data FOLDER [--config face-z1 …]`.

Writes model/checkpoints/<config>.md from what the checkpoint, its configuration and an evaluation
say, so that no figure is typed by hand.
"""

from __future__ import annotations

import argparse
import dataclasses
import hashlib
from pathlib import Path

from hls.common.errors import InputError, run_command
from model.config import Config, Source, load_config
from model.data.load import data_folder
from model.evaluate import evaluate, write_file
from model.evaluation.results import Result, network_table
from model.evaluation.tables import markdown
from model.network.count import count
from model.training.checkpoint import checkpoint_path, shipped

_ORIGIN = {
    "faces68.npz": "68 face landmarks (iBUG order); frames of YouTube Faces (Wolf, Hassner, Maoz,"
    " CVPR 2011) as re-published in udacity/P1_Facial_Keypoints; no person in both splits",
    "wild68.npz": "68 points, 3D-projected (the convention of AFLW2000-3D); pictures of AFLW, 300-W"
    " (AFW, HELEN, LFPW), LFW and UTKFace, labels from a 3D face model and 3DDFA_V2;"
    " research-only data: for non-commercial use",
    "lsp": "14 joints; Leeds Sports Pose (Johnson, Everingham, BMVC 2010), its training half",
    "pose14.npz": "14 joints (LSP order); Leeds Sports Pose Extended (Johnson, Everingham,"
    " CVPR 2011), from axelcarlier/lsp",
}
_LIMITS = {
    "faces68.npz": "Trained on small, upright to moderately turned faces whose labels are most"
    " likely a network's output. Not for identifying anyone.",
    "wild68.npz": "Trained on research-only data; for non-commercial use. Not for identifying"
    " anyone.",
    "pose14.npz": "Trained on sports, gymnastics and parkour with crowd-sourced labels: photographs"
    " labelled twice agree within half a torso on 90 % of the joints only.",
}


def recipe(config: Config) -> str:
    """The training section as one line."""
    recipe = config.training
    stages = f", the first {recipe.half_size:.0%} on half the side" if recipe.half_size else ""
    taught = f", {recipe.distil:.0%} of the targets from a teacher" if recipe.distil else ""
    return (
        f"`configs/{config.name}.toml`: {recipe.epochs} epochs{stages}, batches of"
        f" {recipe.batch_size}, Adam, {recipe.schedule} from {recipe.learning_rate:g},"
        f" {recipe.loss} loss{taught}, {recipe.precision};"
        " then `model.network.rounding_ties.settle_ties`"
    )


def _origin(source: Source) -> str:
    """A data file, how often its images are drawn, and where they are from."""
    often = "" if source.weight == 1 else f", each image {source.weight:g} times per epoch"
    return f"`{source.file}`{often}: {_ORIGIN.get(source.file, 'see its source')}"


def card(result: Result) -> str:
    """The card's Markdown: the table that evaluation prints, and where the network comes from."""
    config, path = result.config, result.checkpoint
    network, file = config.network, config.data.sources[0].file
    side, bits = network.input_size, f"residual of {network.residual_bits} bits"
    about = (
        f"{network.landmarks} landmarks from a {side} x {side} colour crop; {network.block} blocks,"
        f" width {network.width}, hourglass of depth {network.depth},"
        f" {'real-valued twin' if network.real else bits}."
    )
    accuracy = dataclasses.replace(network_table([result]), title="Accuracy")
    rows = [
        ("Print it", f"`python -m model.evaluate --config {config.name} --data FOLDER`"),
        *(
            (f"{kind.capitalize()} weights", f"{total.weights:,}, {total.macs:,} MAC per frame")
            for kind, total in count(config).items()
        ),
        *(("Data", _origin(source)) for source in config.data.sources),
        *(("Squares without a face", _origin(source)) for source in config.data.faceless_files),
        ("Recipe", recipe(config)),
        ("Reproduce", f"`make train CONFIG={config.name} DATA=FOLDER`"),
        ("sha256", hashlib.sha256(path.read_bytes()).hexdigest()),
    ]
    facts = "\n".join(["| | |", "|---|---|", *(f"| {what} | {value} |" for what, value in rows)])
    parts = [f"# {config.name}", about, markdown(accuracy), "## Origin", facts]
    return "\n\n".join([*parts, _LIMITS.get(file, "")]).rstrip() + "\n"


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
        (result,) = evaluate(config, path, data_folder(args.data))
        write_file(path.with_suffix(".md"), card(result))
        print(f"wrote {path.with_suffix('.md')}")


if __name__ == "__main__":
    run_command(main)
