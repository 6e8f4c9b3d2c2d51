# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""The emulator's speed beside ONNX Runtime's on a network of the same shapes, one frame at a time.

`python -m bitstream_flow.benchmarks.emulator --config face-z1`: the candidates take turns, so that
noise hits all alike. ONNX Runtime gets a lighter network (see `float_twin`), no decoding of
landmarks, and a float image that is ready in memory.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from bitstream_flow.artifacts.build import Build
from bitstream_flow.benchmarks.float_twin import float_twin, quantised, session
from bitstream_flow.verify.implementations import random_images
from hls.common.errors import InputError, run_command
from hls.graph.decoder import heatmap_graph
from hls.graph.graph import Graph
from hls.streams.landmarks import DecoderSettings
from host.bundle.bundle import load_bundle
from host.emulator import Emulator
from host.golden.model import Golden, multiplications

Candidate = Callable[[int], object]


def candidates(graph: Graph, decoder: DecoderSettings) -> dict[str, Candidate]:
    """What runs image number i (of eight), by name; the emulator from bytes to landmarks."""
    images = random_images(graph, 8)
    emulator, golden = Emulator(graph, decoder), Golden(graph)
    model = float_twin(heatmap_graph(graph))
    floats = images.transpose(0, 3, 1, 2).astype(np.float32) / 255
    whole, bytewise = session(model), session(quantised(model, floats))
    name = whole.get_inputs()[0].name
    return {
        f"emulator, {emulator.variant}": lambda i: emulator.decode(images[i : i + 1]),
        "ONNX Runtime, int8": lambda i: bytewise.run(None, {name: floats[i : i + 1]}),
        "ONNX Runtime, float32": lambda i: whole.run(None, {name: floats[i : i + 1]}),
        "golden model, numpy": lambda i: golden.run(images[i : i + 1]),
    }


def measure(runs: dict[str, Candidate], rounds: int, frames: int = 8) -> dict[str, float]:
    """Median seconds per frame of each candidate, in turns of `frames` frames.

    A turn begins with a frame that does not count: it finds the other candidates' data in the
    caches.
    """
    times: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(rounds):
        for name, run in runs.items():
            run(0)
            for index in range(frames):
                start = time.perf_counter()
                run(index % 8)
                times[name].append(time.perf_counter() - start)
    return {name: statistics.median(found) for name, found in times.items()}


def report(title: str, seconds: dict[str, float], macs: int) -> Table:
    """One row a candidate; the first is what the others are compared with."""
    table = Table(title=title)
    table.add_column("one thread, one frame at a time")
    for name in ("frames/s", "GMAC/s", "times as long"):
        table.add_column(name, justify="right")
    best = next(iter(seconds.values()))
    for name, value in seconds.items():
        rate, billions = f"{1 / value:,.0f}", f"{macs / value / 1e9:,.0f}"
        table.add_row(name, rate, billions, f"{value / best:.1f}")
    return table


def cpu_name() -> str:
    """The CPU as the system names it."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return "unknown CPU"
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else "unknown CPU"


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(
        prog="python -m bitstream_flow.benchmarks.emulator", description=__doc__
    )
    parser.add_argument("--config", default="face-tiny")
    parser.add_argument("--board", default="Pynq-Z1")
    parser.add_argument("--bundle", type=Path, help="a bundle, in place of that of the last build")
    parser.add_argument("--rounds", type=int, default=30, help="(default: %(default)s)")
    args = parser.parse_args()
    if args.rounds < 1:
        raise InputError("--rounds must be at least 1")
    bundle = load_bundle(args.bundle or Build.existing(args.config, args.board).bundle)
    macs = multiplications(bundle.graph)
    seconds = measure(candidates(bundle.graph, bundle.decoder), args.rounds)
    title = f"{bundle.manifest.config}, {macs / 1e6:.1f} million multiplications per frame"
    console = Console(width=100)
    console.print(report(title, seconds, macs))
    console.print(
        f"{cpu_name()}, load average {os.getloadavg()[0]:.1f}; medians of {8 * args.rounds} frames"
    )


if __name__ == "__main__":
    run_command(main)
