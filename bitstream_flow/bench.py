# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""`make bench`: the figures that the README quotes, measured now, with the machine's load."""

from __future__ import annotations

import argparse
import os
import statistics
import time
from pathlib import Path

import numpy as np

from bitstream_flow.artifacts.build import Build
from bitstream_flow.report.summary import Summary
from bitstream_flow.verify.implementations import brevitas, random_images
from hls.common.errors import run_command
from hls.graph.decoder import heatmap_graph
from host.bundle.bundle import load_bundle
from host.golden.model import Golden


def golden_rate(golden: Golden, images: np.ndarray, repeats: int = 7) -> float:
    """Median frames per second of the golden model over `repeats` runs of one batch."""
    golden.run(images)
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        golden.run(images)
        times.append(time.perf_counter() - start)
    return len(images) / statistics.median(times)


def accuracies(build: Build, golden: Golden, data: Path) -> tuple[float, float, int]:
    """(NME of Brevitas, NME of the golden model, images) on the test split in `data`."""
    from model.config import load_config
    from model.evaluation.crops import accuracy, test_crops

    crops = test_crops(load_config(build.config), data)
    right = brevitas(build)
    figure = accuracy(lambda images: right(images)["heatmaps"], crops, build.exported.decoder)
    heatmaps = Golden(heatmap_graph(golden.graph)).run
    return figure, accuracy(heatmaps, crops, build.exported.decoder), len(crops.images)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(prog="python -m bitstream_flow.bench", description=__doc__)
    parser.add_argument("--config", default="face-tiny")
    parser.add_argument("--board", default="Pynq-Z1")
    parser.add_argument("--data", type=Path, help="folder with faces68.npz, for the accuracy")
    args = parser.parse_args()
    build = Build.existing(args.config, args.board)
    golden = Golden(load_bundle(build.bundle).graph)
    summary = Summary.read(build)
    clock, cycles = build.board.clock_hz, summary.check.cycles
    print(f"{args.config} on {args.board}")
    print(f"RTL: {cycles} cycles per frame = {clock / cycles:.0f} frames/s at {clock / 1e6:g} MHz")
    used = summary.mapped
    print(f"mapped: LUT {used.lut:g}, FF {used.ff:g}, BRAM36 {used.bram36:g}, DSP {used.dsp:g}")
    rate = golden_rate(golden, random_images(build.logical, 16))
    load, threads = os.getloadavg()[0], os.environ.get("OMP_NUM_THREADS", "default")
    print(f"golden: {rate:.1f} frames/s, batch 16, OMP_NUM_THREADS={threads}, load {load:.1f}")
    if args.data is None:
        print("skipped: accuracy, for want of --data")
        return
    pytorch, numpy, count = accuracies(build, golden, args.data)
    print(f"NME on {count} test images: Brevitas {pytorch!r}, golden {numpy!r}")


if __name__ == "__main__":
    run_command(main)
