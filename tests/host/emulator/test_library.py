# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Every variant of the emulator's code that this machine can run, or another's in an emulator."""

from __future__ import annotations

import platform
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from hls.common.errors import SimulationError
from hls.graph.graph import Graph
from host.emulator import Emulator
from host.emulator.library import TARGETS, build, load, native
from host.golden.model import Golden
from tests.networks import Builder, hourglass_net

PRODUCTS = Path(__file__).with_name("products.cpp")
# Cross compilers of Debian, what their CPUs need to hear, and programs that run their code.
ARMS = {
    "aarch64": ("aarch64-linux-gnu-g++", (), "qemu-aarch64"),
    "armv7l": ("arm-linux-gnueabihf-g++", ("-mfpu=neon",), "qemu-arm"),
}
_AVX512 = ("-mavx512f", "-mavx512bw", "-mavx512vl", "-mavx512vpopcntdq")
VARIANTS = {
    "portable": (("-DEMULATOR_PORTABLE",), ()),
    "plain": ((), ()),
    "SSSE3": (("-mssse3",), ("ssse3",)),
    "AVX2": (("-mavx2",), ("avx2",)),
    "AVX2 with VNNI": (("-mavx2", "-mavxvnni"), ("avx2", "avx_vnni")),
    "AVX-512": (
        (*_AVX512, "-mprefer-vector-width=512"),
        ("avx512f", "avx512bw", "avx512vl", "avx512_vpopcntdq"),
    ),
    "AVX-512 with VNNI": (
        (*_AVX512, "-mavx512vnni"),
        ("avx512f", "avx512bw", "avx512vl", "avx512_vpopcntdq", "avx512_vnni"),
    ),
}


def _cpu_flags() -> set[str]:
    try:
        return set(Path("/proc/cpuinfo").read_text().split())
    except OSError:
        return set()


@pytest.mark.parametrize("name", VARIANTS)
def test_a_variant_gives_what_golden_gives(name: str) -> None:
    flags, needed = VARIANTS[name]
    if not set(needed) <= _cpu_flags():
        pytest.skip(f"this CPU has no {name}")
    library = load(build(flags))
    for graph in (hourglass_net(size=32, width=24, seed=2), _odd_graph()):
        kind = graph.tensors["image"]
        images = np.random.default_rng(1).integers(0, 256, (3, *kind.shape)).astype(np.uint8)
        emulator, expected = Emulator(graph, library=library), Golden(graph).run(images, keep=True)
        assert name == "plain" or emulator.variant.startswith(name.split()[0])
        for tensor, values in emulator.run(images, keep=True).items():
            np.testing.assert_array_equal(values, expected[tensor], err_msg=tensor)
        np.testing.assert_array_equal(emulator.run(images), expected[graph.output])


def _odd_graph() -> Graph:
    net = Builder(9, 5, 33, seed=3)
    x = net.threshold(net.conv(net.threshold("image", 1), 65, 7), 8)
    return net.graph(net.integer(net.window(x, 3, 2), 19, 8))


@pytest.mark.parametrize("name", [name for name in VARIANTS if name != "plain"])
def test_the_products_on_this_machine(name: str, tmp_path: Path) -> None:
    target, needed = VARIANTS[name]
    if not set(needed) <= _cpu_flags():
        pytest.skip(f"this CPU has no {name}")
    program = tmp_path / "products"
    flags = ["-std=c++17", "-O1", "-Wno-psabi", "-fsanitize=address", *target]
    subprocess.run(["g++", *flags, "-pthread", "-o", program, PRODUCTS], check=True)
    run = subprocess.run([program], capture_output=True, text=True)
    assert run.returncode == 0 and ": 0 wrong" in run.stdout, run.stdout + run.stderr


@pytest.mark.parametrize("machine", ARMS)
def test_neon(machine: str, tmp_path: Path) -> None:
    compiler, target, emulator = ARMS[machine]
    if shutil.which(compiler) is None:
        pytest.skip(f"no cross compiler: apt install g++-{compiler[:-4]}")
    program = tmp_path / "products"
    flags = ["-std=c++17", "-O3", "-Wno-psabi", "-static", "-pthread", *target]
    subprocess.run([compiler, *flags, "-o", program, PRODUCTS], check=True)
    runner = [] if platform.machine() == machine else [emulator]
    if runner and shutil.which(emulator) is None:
        pytest.skip("compiled, but not run: apt install qemu-user")
    run = subprocess.run([*runner, program], capture_output=True, text=True)
    assert run.stdout == "NEON: 0 wrong\n" and run.returncode == 0, run.stdout + run.stderr


def test_a_library_is_compiled_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANDMARK_CACHE", str(tmp_path))

    def compiled(cxx: str, arguments: list[str]) -> None:
        if "-o" in arguments:
            Path(arguments[arguments.index("-o") + 1]).write_bytes(b"library")

    monkeypatch.setattr("host.emulator.library.run_compiler", compiled)
    notes: list[str] = []
    flags = ("-O0", "-DEMULATOR_PORTABLE")
    first = build(flags, notes.append)
    stamp = first.stat().st_mtime_ns
    assert build(flags, notes.append) == first and first.stat().st_mtime_ns == stamp
    assert len(notes) == 1 and "compiling" in notes[0]
    assert build((*flags, "-DOTHER")) != first
    monkeypatch.setattr("host.emulator.library._cpu", lambda: "another")
    assert build(flags) != first


def test_flags_that_a_compiler_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    notes: list[str] = []
    with pytest.raises(SimulationError, match="fails"):
        build(("-march=no-such-cpu",), notes.append)
    # On a board's processor that is so at every start.
    assert notes == []
    monkeypatch.setattr("host.emulator.library.TARGETS", (("-march=no-such-cpu",), TARGETS[0]))
    assert native().emulator_variant()


def test_a_damaged_library_is_said(tmp_path: Path) -> None:
    (tmp_path / "broken.so").write_text("no library")
    with pytest.raises(SimulationError, match="cannot be loaded"):
        load(tmp_path / "broken.so")
