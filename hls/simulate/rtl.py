# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Cycle-accurate simulation of RTL on frames of integers.

`build(design).run([frames])` gives the output frames, the cycles that they took and the state of
every FIFO; a design in which nothing moves any more is a DeadlockError.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from hls.common.progress import Note, silent
from hls.operators.operator import NO_CONSTANTS, Constants, Operator
from hls.simulate.testbench import Design, testbench_text
from hls.simulate.verilate import SimulationError, verilate
from hls.streams.encoding import from_hex, to_hex
from hls.streams.tensor import Stream

__all__ = [
    "DeadlockError", "Design", "FifoState", "Run", "SimulationError", "Simulator", "build",
    "copy_memories", "fifo_states", "operator_design", "simulate_operator",
]  # fmt: skip

Progress = Callable[[float], None]
_NAMES_MAX = 5
_FIFO = re.compile(
    r"FIFO name=(\S*) depth=(\d+) fill=(\d+) max=(\d+) in_valid=([01]) out_ready=([01])"
)


@dataclass(frozen=True)
class FifoState:
    """A FIFO at the end of a run: beats held and at most held, and its neighbours' wishes."""

    name: str
    depth: int
    fill: int
    max_fill: int
    in_valid: bool
    out_ready: bool


class DeadlockError(SimulationError):
    """Nothing moves any more although frames are missing; `fifos` tells where beats wait."""

    fifos: tuple[FifoState, ...] = ()


@dataclass(frozen=True)
class Run:
    """Outputs (N, H, W, C) of each port, and when beats moved, in cycles since the reset.

    `frame_starts` holds the cycle of each frame's first beat at input 0, `frame_ends` of its last
    beat at output 0. `input_cycles` are (beats, 2): first offered, taken; `output_cycles` (beats,).
    """

    outputs: tuple[np.ndarray, ...]
    cycles: int
    frame_starts: tuple[int, ...]
    frame_ends: tuple[int, ...]
    input_cycles: tuple[np.ndarray, ...]
    output_cycles: tuple[np.ndarray, ...]
    fifos: tuple[FifoState, ...]


@dataclass(frozen=True)
class Simulator:
    """A program that simulates a design."""

    design: Design
    program: Path

    def run(
        self,
        frames: Sequence[np.ndarray],
        *,
        stall: float | tuple[float, float] = 0.0,
        seed: int = 1,
        trace: Path | None = None,
        idle_limit: int = 100_000,
        gap: int = 0,
        progress: Progress | None = None,
        limits: Mapping[str, int] = MappingProxyType({}),
    ) -> Run:
        """Send frames (N, H, W, C), one array per input, back to back.

        `stall` is the share of cycles in which sources (and sinks, or a pair for the two) pause at
        random; with `gap` a source sends at most one beat every `gap` cycles. `trace` is a folder
        for the beats that passed each FIFO, as <its name>.hex. `progress` gets the share done.
        `limits` has FIFOs, by name, hold fewer beats than their depth, but at least 4.
        """
        (count,) = {len(array) for array in frames}
        stalls = stall if isinstance(stall, tuple) else (stall, stall)
        with tempfile.TemporaryDirectory(prefix="simulation-") as name:
            options = {
                "dir": name, "frames": count, "seed": seed, "gap": gap,
                "idle_limit": idle_limit, "source_stall": round(1000 * stalls[0]),
                "sink_stall": round(1000 * stalls[1]),
            }  # fmt: skip
            # Tensors may be called as an option is.
            options |= {f"limit.{fifo}": beats for fifo, beats in limits.items()}
            if trace is not None:
                options["trace"] = trace.resolve()
            _write_inputs(self.design, frames, Path(name))
            text = list(self._execute(options, Path(name), progress))
            return _read_run(self.design, Path(name), _check_end(text), fifo_states(text))

    def _execute(
        self, options: dict[str, object], folder: Path, progress: Progress | None
    ) -> Iterator[str]:
        """Run the program in `folder`; the lines that it prints, PROGRESS left out."""
        arguments = [f"+{name}={value}" for name, value in options.items()]
        # Registers without reset start at random: nothing may depend on them.
        arguments += ["+verilator+rand+reset+2", f"+verilator+seed+{options['seed']}"]
        expected = int(str(options["frames"])) * self.design.outputs[0].beats
        with subprocess.Popen(
            [str(self.program), *arguments], cwd=folder, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        ) as process:  # fmt: skip
            for line in process.stdout or ():
                if not line.startswith("PROGRESS"):
                    yield line.strip()
                elif progress:
                    progress(int(line.split()[1]) / expected)


def build(design: Design, cache: Path | None = None, note: Note = silent) -> Simulator:
    """Build the simulation of a design, or take it from the cache; `note` hears of building.

    A missing Verilator or C++ compiler, and RTL that does not elaborate, are SimulationErrors.
    """
    main = "live.cpp" if design.axis else "main.cpp"
    return Simulator(design, verilate(testbench_text(design), design.sources, cache, main, note))


def operator_design(op: Operator, constants: Constants, folder: Path) -> Design:
    """An operator by itself, its memories written to `folder`."""
    files = []
    values: dict[str, int | str] = {**op.parameters()}
    for memory in op.memories(constants):
        path = folder / f"{memory.parameter.lower()}.mem"
        path.write_text(memory.text())
        values[memory.parameter] = f"mem/{path.name}"
        files.append(path)
    return Design(
        op.module, values, op.rtl_sources(), op.inputs, op.outputs, data_files=tuple(files)
    )


def simulate_operator(
    op: Operator,
    frames: Sequence[np.ndarray],
    constants: Constants = NO_CONSTANTS,
    cache: Path | None = None,
    **options: Any,
) -> Run:
    """Build one operator and run it; `options` are those of Simulator.run."""
    with tempfile.TemporaryDirectory(prefix="memories-") as folder:
        simulator = build(operator_design(op, constants, Path(folder)), cache)
        return simulator.run(frames, **options)


def copy_memories(design: Design, folder: Path) -> None:
    """Put the memories that the RTL loads where it looks for them when it runs in `folder`."""
    (folder / "mem").mkdir()
    for path in design.data_files:
        shutil.copyfile(path, folder / "mem" / path.name)


def _write_inputs(design: Design, frames: Sequence[np.ndarray], folder: Path) -> None:
    copy_memories(design, folder)
    for index, (stream, array) in enumerate(zip(design.inputs, frames, strict=True)):
        text = to_hex(stream.pack(array), stream.tensor.bits)
        (folder / f"source{index}.hex").write_text(text)


def _check_end(text: Sequence[str]) -> int:
    """Cycles of a run that ended well; any other end is an error."""
    ends = [line.split() for line in text if line.startswith("END ")]
    broken = [line for line in text if line.startswith(("PROTOCOL", "%Error"))]
    if broken or not ends:
        last = (broken or list(text) or ["no output"])[0]
        raise SimulationError(f"the simulation broke off: {last}")
    reason, cycles = ends[-1][1], int(ends[-1][2])
    if reason == "deadlock":
        full = [fifo.name for fifo in fifo_states(text) if fifo.fill >= fifo.depth > 0]
        more = f" and {len(full) - _NAMES_MAX} more" if len(full) > _NAMES_MAX else ""
        error = DeadlockError(
            f"deadlock: nothing moves any more at cycle {cycles};"
            f" full FIFOs: {', '.join(full[:_NAMES_MAX]) or 'none'}{more}"
        )
        error.fifos = fifo_states(text)
        raise error
    return cycles


def fifo_states(text: Iterable[str]) -> tuple[FifoState, ...]:
    """What a simulation's lines say of its FIFOs."""
    states = []
    for line in text:
        if found := _FIFO.match(line):
            name, depth, fill, most, valid, ready = found.groups()
            states.append(
                FifoState(name, int(depth), int(fill), int(most), valid == "1", ready == "1")
            )
    return tuple(states)


def _read_run(design: Design, folder: Path, cycles: int, fifos: tuple[FifoState, ...]) -> Run:
    taken = [_log(folder / f"source{i}.log", 2) for i in range(len(design.inputs))]
    left = [_log(folder / f"sink{i}.log", 1)[:, 0] for i in range(len(design.outputs))]
    frames = [_output(folder / f"sink{i}.hex", stream) for i, stream in enumerate(design.outputs)]
    starts = taken[0][:: design.inputs[0].beats, 1]
    per_frame = design.outputs[0].beats
    ends = left[0][per_frame - 1 :: per_frame]
    return Run(
        tuple(frames), cycles, tuple(map(int, starts)), tuple(map(int, ends)),
        tuple(taken), tuple(left), fifos,
    )  # fmt: skip


def _output(path: Path, stream: Stream) -> np.ndarray:
    kind = stream.tensor
    return stream.unpack(from_hex(path.read_text(), stream.lanes, kind.bits, kind.signed))


def _log(path: Path, columns: int) -> np.ndarray:
    return np.array(path.read_text().split(), dtype=np.int64).reshape(-1, columns)
