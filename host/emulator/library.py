# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""The engine's C++ compiled for this CPU, kept by content, and its structures for ctypes."""

from __future__ import annotations

import ctypes
import os
import platform
import subprocess
from collections.abc import Sequence
from ctypes import POINTER, c_char_p, c_int32, c_int64, c_void_p
from pathlib import Path

from hls.common.cache import cached, digest
from hls.common.compiler import compiler, run_compiler
from hls.common.errors import SimulationError
from hls.common.folders import cache_root
from hls.common.progress import Note, silent

HERE = Path(__file__).parent / "native"
SOURCE = HERE / "engine.cpp"
FLAGS = ("-std=c++17", "-O3", "-Wno-psabi", "-shared", "-fPIC", "-pthread")
# What the compiler is asked for, best first; it refuses what it does not know.
TARGETS: tuple[tuple[str, ...], ...] = (
    ("-march=native", "-mprefer-vector-width=512"),
    ("-march=native",),
    (),
)


class TensorRecord(ctypes.Structure):
    """emulator::Tensor."""

    _fields_ = [
        ("offset", c_int64), ("height", c_int32), ("width", c_int32), ("channels", c_int32),
        ("storage", c_int32), ("stride", c_int32), ("reserved", c_int32),
    ]  # fmt: skip


class SinkRecord(ctypes.Structure):
    """emulator::Sink."""

    _fields_ = [
        ("target", TensorRecord), ("gain", c_void_p), ("offset", c_void_p), ("shift", c_void_p),
        ("wide_gain", c_void_p), ("wide_offset", c_void_p), ("flip", c_void_p),
        ("thresholds", c_void_p), ("used", c_void_p), ("function", c_int32), ("levels", c_int32),
        ("low", c_int32), ("high", c_int32), ("channel", c_int64),
    ]  # fmt: skip


class StepRecord(ctypes.Structure):
    """emulator::Step."""

    _fields_ = [
        ("input", TensorRecord * 2), ("factor", c_int32 * 2), ("source", c_int32),
        ("height", c_int32), ("width", c_int32), ("channels", c_int32), ("kernel", c_int32),
        ("stride", c_int32), ("top", c_int32), ("left", c_int32), ("low", c_int32),
        ("high", c_int32), ("outputs", c_int32), ("sinks", c_int32), ("bytewise", c_int32),
        ("moved", c_int32), ("floor", c_int32), ("shift", c_int32), ("reach", c_int32),
        ("steps", c_int32), ("edge", c_void_p),
        ("weights", c_void_p), ("bias", c_void_p), ("sink", POINTER(SinkRecord)),
    ]  # fmt: skip


class ExportRecord(ctypes.Structure):
    """emulator::Export."""

    _fields_ = [("tensor", TensorRecord), ("target", c_void_p)]


class PlanRecord(ctypes.Structure):
    """emulator::Plan."""

    _fields_ = [
        ("step", POINTER(StepRecord)), ("steps", c_int64), ("arena_bytes", c_int64),
        ("input", TensorRecord),
    ]  # fmt: skip


def build(target: Sequence[str], note: Note = silent) -> Path:
    """The shared library for compiler flags `target`; a SimulationError if that fails.

    `note` gets a line before it is compiled.
    """
    cxx = compiler()
    flags = (*FLAGS, *target)
    texts = [path.read_text() for path in sorted(HERE.glob("*.[ch]pp"))]
    key = digest(*texts, *flags, _version(cxx), _cpu())

    def make(_: Path, library: Path) -> None:
        # Whether it knows the flags is told at once: nothing has to be said of those it refuses.
        run_compiler(cxx, [*flags, "-E", "-x", "c++", os.devnull])
        note("compiling the emulator; the first time takes half a minute ...")
        run_compiler(cxx, [*flags, "-o", str(library), str(SOURCE)])

    return cached(cache_root() / "emulator" / f"{key}.so", make)


def load(path: Path) -> ctypes.CDLL:
    """The library at `path` with its functions' types."""
    try:
        library = ctypes.CDLL(str(path))
    except OSError as error:
        raise SimulationError(f"the emulator's library cannot be loaded: {error}") from None
    library.emulator_variant.restype = c_char_p
    library.emulator_open.restype = c_void_p
    library.emulator_open.argtypes = [POINTER(PlanRecord), c_int64]
    library.emulator_close.restype = None
    library.emulator_close.argtypes = [c_void_p]
    library.emulator_run.restype = None
    library.emulator_run.argtypes = [
        c_void_p, c_void_p, c_int64, POINTER(ExportRecord), c_int64,
    ]  # fmt: skip
    return library


def native(note: Note = silent) -> ctypes.CDLL:
    """The library for this CPU, compiled at first; a SimulationError where no compiler can."""
    for target in TARGETS[:-1]:
        try:
            return load(build(target, note))
        except SimulationError:
            continue
    return load(build(TARGETS[-1], note))


def _version(cxx: str) -> str:
    return subprocess.run([cxx, "--version"], capture_output=True, text=True, check=False).stdout


def _cpu() -> str:
    """What this CPU can do: a cache may be shared between machines."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.machine() + platform.processor()
    told = ("flags", "Features", "model name", "CPU part")
    return platform.machine() + "".join(sorted({line for line in lines if line.startswith(told)}))
