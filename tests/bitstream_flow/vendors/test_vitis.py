# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""FLOW=hls without its vendor: the scripts run under tclsh with every command recorded."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from bitstream_flow.artifacts.build import Build
from bitstream_flow.vendors.vitis.flow import hls_bitstream
from hls.common.errors import InputError
from host.bundle.seal import check_seal
from tests.bitstream_flow.builds import make_build
from tests.bitstream_flow.vendors.test_vivado import STUB, commands, needs_tcl
from tests.networks import tiny_hourglass

Install = Callable[..., Path]


@pytest.fixture
def build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Build:
    monkeypatch.setenv("LANDMARK_BUILD", str(tmp_path))
    return make_build(tiny_hourglass())


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Puts stand-ins on the PATH; returns the folder with what each of them recorded."""
    folder = tmp_path / "bin"
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    monkeypatch.setenv("BOARD_FILES", "found")
    monkeypatch.setenv("HWH", "expected.hwh")

    def install(*names: str, fail: str = "") -> Path:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        monkeypatch.setenv("FAIL", fail)
        for name in names:
            run = f'RECORD={folder / name}.txt exec {shutil.which("tclsh")} {STUB} "${{@: -1}}"'
            (folder / name).write_text(f"#!/bin/bash\n{run}\n")
            (folder / name).chmod(0o755)
        return folder

    return install


@needs_tcl
@pytest.mark.parametrize("program", ["vitis_hls", "vitis-run"])
def test_the_ip_is_made_for_the_board_and_wired(build: Build, tools: Install, program: str) -> None:
    folder = tools(program, "vivado")
    assert "placed and routed by Vivado" in hls_bitstream(build)
    found = {words[0]: words[1:] for words in commands(folder / f"{program}.txt")}
    assert found["set_part"] == [build.board.part] and found["set_top"] == ["accelerator"]
    assert found["create_clock"][:2] == ["-period", "10"] and "csynth_design" in found
    options = dict(zip(found["export_design"][::2], found["export_design"][1::2], strict=True))
    assert options["-format"] == "ip_catalog"
    text = (build.folder / "hls" / found["add_files"][0]).read_text()
    assert "void accelerator(" in text and "-Isrc" in found["add_files"][2]
    name = ":".join(options[key] for key in ("-vendor", "-library", "-ipname"))
    vivado = commands(folder / "vivado.txt")
    cells = {words[-1]: words[4] for words in vivado if words[0] == "create_bd_cell"}
    assert cells["accelerator"] == name
    pins = {words[2] for words in vivado if words[0] == "connect_bd_net"}
    assert {"accelerator/ap_clk", "accelerator/ap_rst_n"} <= pins and len(pins) == 14
    repository = [words[2] for words in vivado if words[:2] == ["set_property", "ip_repo_paths"]]
    assert repository == [str(build.folder / "hls" / "ip")]
    assert not [words for words in vivado if words[0].startswith("ipx::")]
    assert "overlay.bit" in check_seal(build.bundle).checksums


def test_without_vitis_hls_one_line_says_how_to_go_on(build: Build, monkeypatch) -> None:
    monkeypatch.setenv("PATH", "")
    line = hls_bitstream(build)
    assert "vitis_hls is not on the PATH" in line and "\n" not in line
    folder = Path(re.search(r"(\S+) is ready for it", line)[1])
    (command,) = re.findall(r"`cd hls && vitis_hls -f (\S+)`", line)
    assert (folder / command).is_file() and (folder / "src" / "dataflow.cpp").is_file()
    assert "period_ns {10}" in (folder / "settings.tcl").read_text()


@needs_tcl
def test_an_ip_from_elsewhere_is_taken_over(build: Build, tools: Install, monkeypatch) -> None:
    tools("vitis_hls")
    assert "Vivado is not on the PATH" in hls_bitstream(build)
    folder = tools("vivado")
    assert "placed and routed" in hls_bitstream(build) and not (folder / "vitis_hls.txt").exists()
    (build.folder / "bundle.key").write_text("another")
    assert "vitis_hls is not on the PATH" in hls_bitstream(build)


@needs_tcl
def test_a_failure_is_one_line_and_keeps_the_ip(build: Build, tools: Install) -> None:
    tools("vitis_hls", "vivado")
    hls_bitstream(build)
    (build.folder / "bundle.key").write_text("another")
    tools("vitis_hls", "vivado", fail="a loop is not pipelined")
    with pytest.raises(InputError, match=r"Vitis HLS failed: ERROR: .*not pipelined \(see .*log\)"):
        hls_bitstream(build)
    assert (build.folder / "hls" / "ip" / "bundle.key").read_text() == "key\n"
