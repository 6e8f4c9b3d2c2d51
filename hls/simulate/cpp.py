# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""C simulation: HLS C++ compiled and run, a process for each operator, FIFOs bounded.

The open HLS headers (ap_int.h) come from the PyPI package hls4ml; streams and processes are those
of `csim/`. Programs are cached by content.
"""

from __future__ import annotations

import importlib.util
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

import numpy as np

from hls.common.cache import cached, digest
from hls.common.compiler import compiler, run_compiler
from hls.common.errors import SimulationError
from hls.common.folders import cache_root
from hls.operators.operator import LIBRARY, NO_CONSTANTS, PARTS, Constants, Operator
from hls.simulate.cpp_text import operator_testbench
from hls.simulate.rtl import DeadlockError, FifoState, fifo_states
from hls.streams.encoding import axis_bytes, from_bytes, to_bytes
from hls.streams.tensor import Stream

CSIM = Path(__file__).parent / "csim"
HEADERS = (CSIM, LIBRARY, PARTS)
# Fortified long jumps refuse to change the stack.
FLAGS = ("-std=c++14", "-O1", "-w", "-U_FORTIFY_SOURCE", "-DAP_INT_MAX_W=4096")
_FIRST = "ends.hpp"
_NAMES_MAX = 5


@dataclass(frozen=True)
class CppDesign:
    """A program with a source for each input and a sink for each output.

    `files` are further sources by name. With `axis` beats are padded as on AXI4-Stream.
    """

    main: str
    inputs: tuple[Stream, ...]
    outputs: tuple[Stream, ...]
    axis: bool = False
    files: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class CppRun:
    """Outputs (N, H, W, C) of each port, and every stream's state and most beats held."""

    outputs: tuple[np.ndarray, ...]
    fifos: tuple[FifoState, ...]


@dataclass(frozen=True)
class CppSimulator:
    """A compiled design."""

    design: CppDesign
    program: Path

    def run(self, frames: Sequence[np.ndarray], trace: Path | None = None) -> CppRun:
        """Send frames (N, H, W, C), one array per input, back to back.

        `trace` is a folder for the beats that passed each stream, as <its name>.bin. Processes
        that wait for each other are a DeadlockError that names the full streams.
        """
        (count,) = {len(array) for array in frames}
        with tempfile.TemporaryDirectory(prefix="csim-") as name:
            folder = Path(name)
            for index, (stream, array) in enumerate(zip(self.design.inputs, frames, strict=True)):
                octets = to_bytes(stream.pack(array), stream.tensor.bits)
                self._padded(octets, stream).tofile(folder / f"source{index}.bin")
            arguments = [str(count), name, *([str(trace.resolve())] if trace else [])]
            fifos = _execute([str(self.program), *arguments])
            outputs = tuple(
                read_beats(folder / f"sink{index}.bin", stream, self._bytes(stream))
                for index, stream in enumerate(self.design.outputs)
            )
        return CppRun(outputs, fifos)

    def _bytes(self, stream: Stream) -> int:
        return axis_bytes(stream.width_bits) if self.design.axis else -(-stream.width_bits // 8)

    def _padded(self, octets: np.ndarray, stream: Stream) -> np.ndarray:
        return np.pad(octets, ((0, 0), (0, self._bytes(stream) - octets.shape[1])))


def read_beats(path: Path, stream: Stream, beat_bytes: int | None = None) -> np.ndarray:
    """The frames in a file of beats, of `beat_bytes` each or as few as will do."""
    octets = np.fromfile(path, np.uint8).reshape(-1, beat_bytes or -(-stream.width_bits // 8))
    kind = stream.tensor
    return stream.unpack(from_bytes(octets, stream.lanes, kind.bits, kind.signed))


def _execute(command: Sequence[str]) -> tuple[FifoState, ...]:
    """Run the program; the state of the streams at a good end, any other is an error."""
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    lines = run.stdout.splitlines()
    fifos, last = fifo_states(lines), (lines or [f"no output, exit {run.returncode}"])[-1]
    if last.startswith("END deadlock"):
        raise _deadlock(fifos)
    if last.startswith("END left_over"):
        names = [fifo.name for fifo in fifos if fifo.fill]
        raise SimulationError(f"C simulation: beats are left over in {_some(names)}")
    if run.returncode or not last.startswith("END done"):
        raise SimulationError(f"the C simulation broke off: {last}")
    return fifos


def _deadlock(fifos: tuple[FifoState, ...]) -> DeadlockError:
    full = [fifo.name for fifo in fifos if fifo.fill >= fifo.depth]
    empty = [fifo.name for fifo in fifos if fifo.fill == 0 and fifo.out_ready]
    error = DeadlockError(
        f"deadlock: every process waits; full FIFOs: {_some(full)}; waited for: {_some(empty)}"
    )
    error.fifos = fifos
    return error


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMES_MAX} more" if len(names) > _NAMES_MAX else ""
    return (", ".join(names[:_NAMES_MAX]) or "none") + more


def open_headers() -> Path:
    """Folder of the open ap_int.h; without it a SimulationError."""
    package = importlib.util.find_spec("hls4ml")
    for folder in (package.submodule_search_locations or []) if package else []:
        headers = Path(folder) / "templates" / "vivado" / "ap_types"
        if (headers / "ap_int.h").is_file():
            return headers
    raise SimulationError(
        "the C simulation needs the open HLS headers: pip install --no-deps hls4ml==1.3.0"
    )


def build(design: CppDesign, cache: Path | None = None) -> CppSimulator:
    """Compile a design, or take its program from the cache.

    C++ that does not compile, and what is missing to compile it, are SimulationErrors.
    """
    cxx, headers, cache = compiler(), open_headers(), cache or cache_root()
    common = _common(cxx)
    own = (path.read_text() for path in sorted(LIBRARY.rglob("*.hpp")))
    key = digest(common, design.main, *sorted(design.files.items()), *own)

    def make(folder: Path, target: Path) -> None:
        for name, text in {**design.files, "main.cpp": design.main}.items():
            (folder / name).write_text(text)
        sources = [str(folder / n) for n in ("main.cpp", *design.files) if n.endswith(".cpp")]
        quicker = _precompiled(cxx, headers, cache / "csim" / f"headers-{common}")
        includes = includes_of(quicker, *HEADERS, headers, folder)
        run_compiler(cxx, [*FLAGS, *includes, *sources, "-o", str(target)])

    return CppSimulator(design, cached(cache / "csim" / key, make))


def _common(cxx: str) -> str:
    """A key for what every program is made with."""
    used = (path.read_text() for path in [*sorted(CSIM.iterdir()), PARTS / "lanes.hpp"])
    return digest(cxx, version("hls4ml"), *FLAGS, *used)


def _precompiled(cxx: str, headers: Path, folder: Path) -> Path:
    """The folder with what every program begins with, compiled: it takes half of the time."""

    def make(_: Path, target: Path) -> None:
        arguments = [*FLAGS, *includes_of(*HEADERS, headers), "-x", "c++-header"]
        run_compiler(cxx, [*arguments, str(CSIM / _FIRST), "-o", str(target)])

    return cached(folder / f"{_FIRST}.gch", make).parent


def includes_of(*folders: Path) -> list[str]:
    """Where headers are looked for, in this order."""
    return [f"-I{folder}" for folder in folders]


def simulate_operator(
    op: Operator,
    frames: Sequence[np.ndarray],
    constants: Constants = NO_CONSTANTS,
    cache: Path | None = None,
) -> CppRun:
    """Compile one operator and run it."""
    design = CppDesign(operator_testbench(op, constants), op.inputs, op.outputs)
    return build(design, cache).run(frames)
