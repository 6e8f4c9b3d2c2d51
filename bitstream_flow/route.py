# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""`make route`: the clock of a finished build, placed and routed without a vendor's tools.

The whole chip, or with `--operator` each different operator alone, the slowest first; results
are in `build/<config>-<board>/route/route.json`.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from tqdm import tqdm

from bitstream_flow.artifacts.build import Build
from bitstream_flow.synth.ecp5 import (
    PART,
    Ecp5Route,
    Ecp5Routes,
    result_path,
    route_chip,
    route_unit,
    unit_key,
)
from bitstream_flow.synth.yosys import Unit, units
from hls.common.errors import InputError, run_command
from hls.common.records import values_of
from hls.operators.fifo import Fifo

ROWS = 25


def chosen_units(build: Build, wanted: str) -> list[Unit]:
    """The build's different operators: all, those of a module, or the one of a node's name.

    FIFOs of depth 0, which are wires, are left out.
    """
    every = [
        unit for unit in units(build.plan.chip)
        if not isinstance(unit.op, Fifo) or unit.op.depth > 0
    ]  # fmt: skip
    found = [unit for unit in every if wanted in ("all", unit.op.module, unit.name)]
    if not found:
        modules = ", ".join(sorted({unit.op.module for unit in every}))
        raise InputError(f"--operator {wanted}: neither all, nor a node, nor among {modules}")
    return list({unit.key: unit for unit in found}.values())


def route_units(wanted: Sequence[Unit], clock_mhz: float) -> dict[str, Ecp5Route]:
    """Unit name -> its result, slowest first; shows progress, and resumes where it was cut off."""
    missing = [u for u in wanted if not result_path(unit_key(u, clock_mhz)).exists()]
    for unit in tqdm(missing, desc="route", unit="operator", disable=None):
        route_unit(unit, clock_mhz)
    results = {unit.name: route_unit(unit, clock_mhz) for unit in wanted}
    return dict(sorted(results.items(), key=lambda item: item[1].mhz))


def best_of(build: Build, clock_mhz: float, seeds: int) -> Ecp5Route:
    """The fastest of several placements of the chip; one line each where there are several."""
    found = []
    for seed in range(1, seeds + 1):
        found.append(route_chip(build.bundle / "rtl", clock_mhz, seed))
        if seeds > 1:
            print(f"seed {seed}: {found[-1].mhz:.1f} MHz", flush=True)
    return max(found, key=lambda routed: routed.mhz)


def save(build: Build, results: dict[str, Ecp5Route]) -> None:
    """Add results to the build's route.json; those of another bundle are dropped."""
    path = build.folder / "route" / "route.json"
    path.parent.mkdir(exist_ok=True)
    old = Ecp5Routes.load(path, build.bundle_key)
    kept = {**(old.results if old else {}), **results}
    routes = Ecp5Routes(build.bundle_key, PART, kept)
    path.write_text(json.dumps(values_of(routes), indent=1))


def table(results: dict[str, Ecp5Route]) -> Table:
    """The slowest, a row each."""
    shown = Table(title=f"placed and routed for {PART} by nextpnr")
    for title in ("", "MHz", "LUT4", "FF", "DP16KD", "MULT18", "slowest path, from and to"):
        shown.add_column(title, justify="right" if title[:1].isupper() else "left", overflow="fold")
    for name, routed in list(results.items())[:ROWS]:
        counts = (routed.lut4, routed.ff, routed.ram, routed.dsp)
        path = f"{routed.start}\n{routed.end} ({routed.logic_ns} logic, {routed.routing_ns} wires)"
        shown.add_row(name, f"{routed.mhz:.1f}", *map(str, counts), path)
    return shown


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(prog="python -m bitstream_flow.route", description=__doc__)
    parser.add_argument("--config", default="face-tiny")
    parser.add_argument("--board", default="Pynq-Z1")
    parser.add_argument("--operator", help="instead of the chip: all, a module or a node's name")
    parser.add_argument("--seeds", type=int, default=1, help="placements to choose the best from")
    args = parser.parse_args()
    if args.seeds < 1:
        raise InputError(f"--seeds {args.seeds}: at least 1")
    build = Build.existing(args.config, args.board)
    goal = build.board.clock_mhz
    if args.operator:
        results = route_units(chosen_units(build, args.operator), goal)
    else:
        results = {"accelerator": best_of(build, goal, args.seeds)}
    save(build, results)
    Console(width=150).print(table(results))
    if len(results) > ROWS:
        print(f"the {ROWS} slowest of {len(results)}; the others are in {build.folder}/route")
    slow = sum(routed.mhz < goal for routed in results.values())
    print(f"{slow} of {len(results)} miss {goal:g} MHz" if slow else f"{goal:g} MHz: met")


if __name__ == "__main__":
    run_command(main)
