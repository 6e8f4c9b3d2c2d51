# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Are the FIFOs no deeper than they have to be? Each of the largest, shortened, in simulation.

`python -m bitstream_flow.benchmarks.fifo_cuts --config face-tiny`: frames back to back through the
RTL with one FIFO shorter than computed by one entry, and by larger shares; what that does to the
pace, or that nothing moves any more. One simulation program serves all (`limits` of Simulator.run).
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table
from tqdm import tqdm

from bitstream_flow.artifacts.build import Build
from bitstream_flow.fifos.depths import Depth
from bitstream_flow.verify.implementations import random_images
from hls.common.errors import run_command
from hls.simulate.rtl import SimulationError
from host.bundle.bundle import load_bundle
from host.simulated.offline import RtlSimulation, cycles_per_frame

# Shares of the depth that are taken away; 0 is one entry.
SHARES = (0.0, 0.02, 0.1)
_FRAMES = 5
# The least that a shortened FIFO can hold.
_LEAST = 4


@dataclass(frozen=True)
class Shortened:
    """A FIFO cut to `kept` entries: cycles per frame, None where it deadlocks."""

    fifo: Depth
    kept: int
    cycles: float | None

    def effect(self, base: float) -> str:
        """What the cut does to a pace of `base` cycles per frame."""
        if self.cycles is None:
            return "deadlock"
        return f"{self.cycles / base - 1:+.1%}"


def largest(build: Build, count: int) -> list[Depth]:
    """The FIFOs that take the most memory, the largest first."""
    found = [depth for depth in build.plan.depths if depth.depth > _LEAST]
    return sorted(found, key=lambda depth: -depth.bits)[:count]


def pace(rtl: RtlSimulation, build: Build, limits: dict[str, int]) -> float | None:
    """Cycles a frame in the steady state; None for a deadlock."""
    try:
        run = rtl.simulate(random_images(build.logical, _FRAMES), limits=limits)
    except SimulationError:
        return None
    return cycles_per_frame(run)


def shorten(build: Build, count: int) -> tuple[float, list[Shortened]]:
    """(cycles per frame with all FIFOs as computed, each of the `count` largest ones shortened)."""
    rtl = RtlSimulation(load_bundle(build.bundle), lambda _: None)
    base = pace(rtl, build, {})
    if base is None:
        raise SimulationError(f"{build.config} deadlocks with the depths as computed")
    cuts = [
        (fifo, max(_LEAST, fifo.depth - max(1, round(share * fifo.depth))))
        for fifo in largest(build, count)
        for share in SHARES
    ]
    bar = tqdm(cuts, "shortened FIFOs", unit="run", leave=False, disable=None)
    return base, [Shortened(fifo, kept, pace(rtl, build, {fifo.name: kept})) for fifo, kept in bar]


def report(build: Build, base: float, found: list[Shortened]) -> Table:
    """One row a FIFO: depth, least depth, and the pace with each cut."""
    table = Table(
        title=f"{build.config} on {build.board.name}: {base:.0f} cycles per frame in RTL;"
        " with one FIFO shortened (simulated)"
    )
    cuts = ["one entry less", *(f"{share:.0%} less" for share in SHARES[1:])]
    for title in ("FIFO", "depth", "bits", "least", *cuts):
        table.add_column(title, justify="left" if title == "FIFO" else "right")
    for index in range(0, len(found), len(SHARES)):
        fifo, row = found[index].fifo, found[index : index + len(SHARES)]
        effects = [cut.effect(base) for cut in row]
        table.add_row(fifo.name, str(fifo.depth), str(fifo.bits), str(fifo.least), *effects)
    return table


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(
        prog="python -m bitstream_flow.benchmarks.fifo_cuts", description=__doc__
    )
    parser.add_argument("--config", default="face-tiny", help="network (default: %(default)s)")
    parser.add_argument("--board", default="Pynq-Z1", help="board (default: %(default)s)")
    parser.add_argument("--top", type=int, default=8, help="how many of the largest FIFOs")
    args = parser.parse_args()
    build = Build.existing(args.config, args.board)
    Console(width=120).print(report(build, *shorten(build, args.top)))


if __name__ == "__main__":
    run_command(main)
