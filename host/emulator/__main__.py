# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""`python -m host.emulator`: compare the emulator with the golden model, or time it."""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from hls.common.errors import InputError, run_command
from hls.common.progress import note
from hls.graph.graph import Graph
from host.api.base import Result
from host.bundle.bundle import Bundle, find_bundle
from host.emulator.engine import Emulator
from host.emulator.library import native
from host.golden.model import Golden, multiplications

_BATCH = 50


def sample_images(graph: Graph, count: int, seed: int) -> np.ndarray:
    """Images uint8 (N, H, W, C): noise, and every other one in squares of random sizes."""
    rng = np.random.default_rng(seed)
    height, width, channels = graph.tensors[graph.input].shape
    images = rng.integers(0, 256, (count, height, width, channels), np.uint8)
    for image in images[1::2]:
        side = int(rng.integers(2, max(3, min(height, width))))
        corners = image[::side, ::side]
        image[:] = corners.repeat(side, axis=0).repeat(side, axis=1)[:height, :width]
    return images


def differing(bundle: Bundle, golden: Golden, emulator: Emulator, images: np.ndarray) -> int:
    """Frames whose heatmaps, landmarks or scores are not those of the golden model."""
    right = Result.of_output(bundle, golden.run(images))
    found, heatmaps = emulator.decode(images, heatmaps=True)
    pairs = [(right.landmarks, found[:, 0, :, :2]), (right.scores, found[:, 0, :, 2])]
    if right.heatmaps is not None and heatmaps is not None:
        pairs.append((right.heatmaps, heatmaps))
    wrong = [(a != b).reshape(len(images), -1).any(axis=1) for a, b in pairs]
    return int(np.logical_or.reduce(wrong).sum())


def _batches(frames: int) -> Iterator[tuple[int, int]]:
    for start in range(0, frames, _BATCH):
        yield start, min(_BATCH, frames - start)


def _progress(done: int, frames: int) -> None:
    """A line that stays where it is on a terminal; elsewhere one every thousand frames."""
    terminal, last = sys.stderr.isatty(), done == frames
    if terminal or last or done % 1000 == 0:
        line = f"{done:,} of {frames:,}"
        print(f"\r{line}" if terminal else line, end="" if terminal and not last else "\n",
              file=sys.stderr, flush=True)  # fmt: skip


def compare(bundle: Bundle, emulator: Emulator, frames: int) -> int:
    """Compare frames with the golden model; prints, and returns how many differ."""
    golden, wrong = Golden(bundle.graph), 0
    for start, count in _batches(frames):
        images = sample_images(bundle.graph, count, seed=start)
        wrong += differing(bundle, golden, emulator, images)
        _progress(start + count, frames)
    print(f"{frames:,} frames: {wrong:,} mismatches")
    return wrong


def bench(emulator: Emulator, frames: int) -> float:
    """Median seconds per frame, one at a time, image to landmarks."""
    images = sample_images(emulator.graph, 8, seed=1)
    times = []
    for index in range(-8, frames):
        image = images[index % 8][None]
        start = time.perf_counter()
        emulator.decode(image)
        times.append(time.perf_counter() - start)
    return statistics.median(times[8:])


def main() -> int:
    """Command line."""
    parser = argparse.ArgumentParser(prog="python -m host.emulator", description=__doc__)
    parser.add_argument(
        "--bundle", type=Path, metavar="DIR", help="default: the one below build/, if it is one"
    )
    parser.add_argument("--compare", type=int, metavar="N", help="frames against the golden model")
    parser.add_argument("--bench", type=int, metavar="N", help="frames to time")
    parser.add_argument("--threads", type=int, default=1, help="(default: %(default)s)")
    options = parser.parse_args()
    if options.compare is None and options.bench is None:
        raise InputError("nothing to do: give --compare N or --bench N")
    if any(count is not None and count < 1 for count in (options.compare, options.bench)):
        raise InputError("--compare and --bench need at least one frame")
    bundle = find_bundle(options.bundle)
    emulator = Emulator(bundle.graph, bundle.decoder, options.threads, native(note))
    wrong = compare(bundle, emulator, options.compare) if options.compare else 0
    if options.bench:
        seconds = bench(emulator, options.bench)
        billions = multiplications(bundle.graph) / seconds / 1e9
        print(
            f"emulator ({bundle.name}, {emulator.variant}): {1 / seconds:.0f} frames/s,"
            f" {billions:.0f} GMAC/s (median of {options.bench} frames, one at a time, one"
            f" thread, load average {os.getloadavg()[0]:.1f})"
        )
    return 1 if wrong else 0


if __name__ == "__main__":
    run_command(main)
