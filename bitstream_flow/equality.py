# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""The equality gate: the same image through every implementation, the same integers out of each.

Brevitas (PyTorch) = QONNX = FINN's hardware graph = golden model = emulator = HLS C++ in C
simulation = RTL simulation. One line each; on a difference the first tensor, in the network's
order, and the first position that differ.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from bitstream_flow.artifacts.build import Build
from bitstream_flow.verify.gate import compare
from bitstream_flow.verify.implementations import random_images
from hls.common.errors import InputError, run_command


def real_images(config: str, data: Path, count: int) -> np.ndarray:
    """The first test crops of the configuration's data set, as the network sees them."""
    from model.config import load_config
    from model.evaluate import test_crops

    return test_crops(load_config(config), data).images[:count]


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(prog="python -m bitstream_flow.equality", description=__doc__)
    parser.add_argument("--config", default="face-tiny")
    parser.add_argument("--board", default="Pynq-Z1")
    parser.add_argument("--random", type=int, default=100, help="noise images")
    parser.add_argument("--real", type=int, default=20, help="photographs, where --data is given")
    parser.add_argument("--rtl", type=int, default=3, help="frames for the RTL simulation")
    parser.add_argument(
        "--stall", type=float, default=0.0, help="share of cycles in which RTL's ends pause"
    )
    parser.add_argument(
        "--csim", type=int, default=0, help="more noise, for golden = emulator = HLS C++"
    )
    parser.add_argument("--data", type=Path, help="folder with faces68.npz")
    args = parser.parse_args()
    build = Build.existing(args.config, args.board)
    images = random_images(build.logical, args.random)
    if args.data is not None:
        images = np.concatenate([images, real_images(args.config, args.data, args.real)])
    else:
        print(f"skipped: {args.real} photographs, for want of --data")
    more = random_images(build.logical, args.csim, seed=1)
    rtl_frames = min(args.rtl, len(images))
    report = compare(build, images, rtl_frames=rtl_frames, more=more, stall=args.stall)
    report.print()
    if not report.equal:
        raise InputError("the implementations differ: see the lines above")


if __name__ == "__main__":
    run_command(main)
