# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""`python -m host.golden --bundle DIR --bench N`: the golden model's speed; `--layers`: that of
single binary convolutions.
"""

from __future__ import annotations

import argparse
import os
import time
from pathlib import Path

import numpy as np

from hls.common.errors import InputError, run_command
from hls.graph.graph import Graph
from host.bundle.bundle import Bundle, load_bundle
from host.golden.layer_bench import layer_lines
from host.golden.model import Golden, multiplications

# Frames at a time.
_BATCH = 8


def bench(graph: Graph, frames: int, seed: int = 1) -> float:
    """Seconds for `frames` frames, a batch of random ones over and over, after one to warm up."""
    golden = Golden(graph)
    shape = graph.tensors[graph.input].shape
    images = np.random.default_rng(seed).integers(0, 256, (_BATCH, *shape), np.uint8)
    golden.run(images)
    start = time.perf_counter()
    for left in range(frames, 0, -_BATCH):
        golden.run(images[:left])
    return time.perf_counter() - start


def main() -> None:
    """Print the golden model's speed on this machine."""
    parser = argparse.ArgumentParser(prog="python -m host.golden", description=__doc__)
    parser.add_argument("--bundle", type=Path, metavar="DIR", help="time this network")
    parser.add_argument("--bench", type=int, default=100, metavar="N", help="frames to time")
    parser.add_argument("--layers", action="store_true", help="time single binary convolutions")
    options = parser.parse_args()
    if options.bench < 1:
        raise InputError("--bench needs at least one frame")
    if not (options.bundle or options.layers):
        raise InputError("nothing to do: give --bundle DIR or --layers")
    if options.layers:
        print("\n".join(layer_lines(options.bench)))
    if options.bundle:
        print(_speed(load_bundle(options.bundle), options.bench))
    print(
        f"numpy {np.__version__}, one process, BLAS threads:"
        f" {os.environ.get('OMP_NUM_THREADS', 'all')}, load average {os.getloadavg()[0]:.1f}"
    )


def _speed(bundle: Bundle, frames: int) -> str:
    rate = frames / bench(bundle.graph, frames)
    billions = rate * multiplications(bundle.graph) / 1e9
    return f"golden ({bundle.name}): {rate:.1f} frames/s, {billions:.2f} GMAC/s ({frames} frames)"


if __name__ == "__main__":
    run_command(main)
