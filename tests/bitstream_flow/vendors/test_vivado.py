# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Vivado's step without Vivado: its script runs under tclsh with every vendor command recorded."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from bitstream_flow.artifacts.block_design import design_of
from bitstream_flow.artifacts.handoff import write_expected
from bitstream_flow.boards.board import board_names, load_board
from bitstream_flow.fifos.depths import size_fifos
from bitstream_flow.plan.converters import insert_converters
from bitstream_flow.vendors.vivado.files import write_files
from bitstream_flow.vendors.vivado.flow import bitstream
from bitstream_flow.vendors.vivado.reports import read_reports
from hls.common.errors import InputError
from hls.simulate.verilate import verilator_root
from hls.streams.encoding import axis_bytes
from host.bundle.bundle import Bundle, load_bundle
from host.bundle.seal import check_seal
from tests.bitstream_flow.builds import make_bundle
from tests.networks import tiny_hourglass

STUB = Path(__file__).with_name("vivado.tcl")
needs_tcl = pytest.mark.tcl
Commands = list[list[str]]


@pytest.fixture
def bundle(tmp_path: Path) -> Bundle:
    logical = tiny_hourglass()
    chip = insert_converters(logical)
    return make_bundle(tmp_path / "bundle", logical, chip, size_fifos(chip, 10_000))


@pytest.fixture
def vivado(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """Puts the stand-in on the PATH; returns the file that records the commands."""

    def install(
        fail: str = "", board_files: str = "found", hwh: str | Path = "expected.hwh"
    ) -> Path:
        program, record = tmp_path / "bin" / "vivado", tmp_path / "record.txt"
        program.parent.mkdir(exist_ok=True)
        program.write_text(f'#!/bin/bash\nexec {shutil.which("tclsh")} {STUB} "${{@: -1}}"\n')
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
        monkeypatch.setenv("RECORD", str(record))
        monkeypatch.setenv("FAIL", fail)
        monkeypatch.setenv("BOARD_FILES", board_files)
        monkeypatch.setenv("HWH", str(hwh))
        return record

    return install


def commands(record: Path) -> Commands:
    """The recorded Tcl lists as lists of words, braces taken off."""
    return [
        [word.strip("{}") for word in re.findall(r"\{(?:[^{}]|\{[^{}]*\})*\}|\S+", line)]
        for line in record.read_text().splitlines()
    ]


def settings_of(found: Commands, cell: str) -> dict[str, str]:
    """Every property that was set on a cell."""
    values: dict[str, str] = {}
    for words in found:
        if words[:2] == ["set_property", "-dict"] and words[-1] == cell:
            pairs = words[2].split()
            values |= dict(zip(pairs[::2], pairs[1::2], strict=True))
    return values


@needs_tcl
@pytest.mark.parametrize("name", board_names())
def test_the_design_is_wired_for_every_board(name: str, bundle: Bundle, vivado) -> None:
    record, board = vivado(), load_board(name)
    line = bitstream(bundle.folder, board, "key")
    found = commands(record)
    cells = {words[-1] for words in found if words[0] == "create_bd_cell"}
    assert cells == {"ps", "reset", "accelerator", "control", "memory", "dma"}
    joined = [words[1:] for words in found if words[0] == "connect_bd_intf_net"]
    ends = [end for pair in joined for end in pair]
    assert {end.split("/")[0] for end in ends} == cells - {"reset"}
    assert len(ends) == len(set(ends)) == 14
    driven = [words[2] for words in found if words[0] == "connect_bd_net"]
    assert len(driven) == len(set(driven)) == 14
    assert ["dma/M_AXIS_MM2S", "accelerator/s_axis"] in joined
    assert ["accelerator/m_axis", "dma/S_AXIS_S2MM"] in joined
    clock = settings_of(found, "ps")
    assert "100" in clock.values() and len(clock) in (4, 7)
    assert "100 MHz met (slack 1.25 ns, 114 MHz at most)" in line and "1234 LUT" in line


@needs_tcl
def test_the_dma_fits_the_streams(bundle: Bundle, vivado) -> None:
    record = vivado()
    bitstream(bundle.folder, load_board("Pynq-Z1"), "key")
    dma = settings_of(commands(record), "dma")
    widths = [8 * axis_bytes(stream.width_bits) for stream in (bundle.input, bundle.output)]
    assert dma["CONFIG.c_sg_length_width"] == "26" and dma["CONFIG.c_include_sg"] == "0"
    assert dma["CONFIG.c_m_axis_mm2s_tdata_width"] == str(widths[0])
    assert dma["CONFIG.c_s_axis_s2mm_tdata_width"] == str(widths[1])
    assert int(dma["CONFIG.c_m_axi_mm2s_data_width"]) >= max(64, widths[0])
    expected = design_of(bundle.folder, load_board("Pynq-Z1")).dma
    assert {name: int(dma.get(f"CONFIG.{name}", value)) for name, value in expected.items()} == (
        expected
    )
    for end in ("mm2s", "s2mm"):
        bits = int(dma[f"CONFIG.c_m_axi_{end}_data_width"])
        assert int(dma[f"CONFIG.c_{end}_burst_size"]) * bits // 8 <= 4096


@needs_tcl
@pytest.mark.parametrize(("installed", "chosen"), [("1.0 1.1", "1.0"), ("1.9 1.10", "1.10")])
def test_any_version_of_the_board_files_will_do(
    installed: str, chosen: str, bundle: Bundle, vivado
) -> None:
    board = "tul.com.tw:pynq-z2:part0:"
    record = vivado(board_files=" ".join(board + version for version in installed.split()))
    bitstream(bundle.folder, load_board("Pynq-Z2"), "key")
    assert ["set_property", "board_part", board + chosen, "project"] in commands(record)


@needs_tcl
def test_a_handoff_that_the_host_could_not_use_stays_out(bundle: Bundle, vivado, tmp_path) -> None:
    board = load_board("Pynq-Z1")
    write_expected(tmp_path / "wrong.hwh", replace(design_of(bundle.folder, board), in_bits=512))
    vivado(hwh=tmp_path / "wrong.hwh")
    with pytest.raises(InputError, match=r"overlay\.hwh: c_m_axi.* of the DMA is 512, must be 64"):
        bitstream(bundle.folder, board, "key")
    assert check_seal(bundle.folder).handoff == "expected"


@needs_tcl
def test_the_bitstream_goes_into_the_bundle(bundle: Bundle, vivado) -> None:
    vivado()
    bitstream(bundle.folder, load_board("Pynq-Z1"), "key")
    manifest = check_seal(bundle.folder)
    assert {"overlay.bit", "overlay.hwh"} <= set(manifest.checksums)
    assert manifest.routed.slack_ns == 1.25 and manifest.handoff == "vivado"
    assert load_bundle(bundle.folder).graph == bundle.graph
    sources = bundle.folder.with_name("vivado") / "project" / "sources"
    text = (sources / "dataflow.sv").read_text()
    paths = re.findall(r'"([^"]*\.mem)"', text)
    assert paths and all(Path(path).is_file() and Path(path).is_absolute() for path in paths)


@needs_tcl
def test_results_from_elsewhere_are_taken_in(bundle: Bundle, vivado, monkeypatch) -> None:
    record, board = vivado(board_files=""), load_board("Pynq-Z1")
    bitstream(bundle.folder, board, "key")
    preset = [words for words in commands(record) if words[0] == "apply_bd_automation"]
    assert 'apply_board_preset "0"' in " ".join(preset[0])
    monkeypatch.setenv("PATH", "")
    assert "placed and routed" in bitstream(bundle.folder, board, "key")
    note = bitstream(bundle.folder, board, "another key")
    assert "Vivado is not on the PATH" in note and "\n" not in note


@needs_tcl
def test_a_failure_is_one_line_and_keeps_what_was(bundle: Bundle, vivado) -> None:
    vivado()
    board = load_board("Pynq-Z1")
    bitstream(bundle.folder, board, "key")
    vivado(fail="the part is full")
    with pytest.raises(InputError, match=r"Vivado failed: ERROR: .*the part is full \(see .*log\)"):
        bitstream(bundle.folder, board, "another key")
    out = bundle.folder.with_name("vivado") / "out"
    assert (out / "bundle.key").read_text() == "key\n" and check_seal(bundle.folder)


def test_the_top_for_the_packager_is_whole(bundle: Bundle) -> None:
    folder = bundle.folder.with_name("vivado")
    write_files(bundle.folder, load_board("Pynq-Z1"), folder, "key")
    rtl = bundle.folder / "rtl"
    command = [
        verilator_root() / "bin" / "verilator_bin", "--lint-only", "-Wno-lint", "-Wno-style",
        "--top-module", "accelerator_ip", folder / "accelerator_ip.v", *sorted(rtl.glob("*.sv")),
    ]  # fmt: skip
    root = os.environ | {"VERILATOR_ROOT": str(verilator_root())}
    run = subprocess.run(command, cwd=rtl, env=root, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr


def test_streams_too_wide_for_the_dma_are_refused(bundle: Bundle) -> None:
    manifest = bundle.folder / "manifest.json"
    text = re.sub(r'("output": \{[^}]*"lanes": )\d+', r"\g<1>512", manifest.read_text())
    manifest.write_text(text)
    with pytest.raises(InputError, match=r"output stream is \d+ bits wide, AXI DMA carries 1024"):
        write_files(bundle.folder, load_board("Pynq-Z1"), bundle.folder.with_name("vivado"), "key")


ULTRASCALE = """\
| CLB LUTs*                  | 20480 |     0 |          0 |     70560 | 29.03 |
| CLB Registers              | 15940 |     0 |          0 |    141120 | 11.30 |
| Block RAM Tile             |  17.5 |     0 |          0 |       216 |  8.10 |
| DSPs                       |    28 |     0 |          0 |       360 |  7.78 |
"""
URAM = "| URAM                       |    12 |     0 |          0 |        64 | 18.75 |\n"


def test_reports_of_both_families_are_read(tmp_path: Path) -> None:
    (tmp_path / "utilisation.rpt").write_text(ULTRASCALE)
    (tmp_path / "slack.txt").write_text("-2.5\n")
    routed = read_reports(tmp_path)
    assert (routed.resources.lut, routed.resources.bram36) == (20480, 17.5)
    assert routed.fastest_mhz(100.0) == pytest.approx(80.0) and routed.resources.uram == 0
    (tmp_path / "utilisation.rpt").write_text(ULTRASCALE + URAM)
    assert read_reports(tmp_path).resources.uram == 12


@pytest.mark.parametrize(
    ("text", "slack", "message"),
    [
        ("nothing", "1", r"utilisation\.rpt has no row 'Slice LUTs'"),
        (ULTRASCALE, "", r"slack\.txt holds '', not a number"),
        (ULTRASCALE, None, r"cannot read .*slack\.txt"),
    ],
)
def test_reports_that_are_none(tmp_path: Path, text: str, slack: str | None, message: str) -> None:
    (tmp_path / "utilisation.rpt").write_text(text)
    if slack is not None:
        (tmp_path / "slack.txt").write_text(slack)
    with pytest.raises(InputError, match=message):
        read_reports(tmp_path)
