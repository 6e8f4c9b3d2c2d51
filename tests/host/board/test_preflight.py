# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""What must be right before a bitstream is loaded: each thing that is not is one line."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from hls.common.errors import InputError
from host.api.base import BackendError
from host.backends import open_backend
from host.board import backend as board
from host.board.lock import BoardLock
from host.board.preflight import (
    Machine,
    check_board,
    check_machine,
    check_overlay,
    find_device,
    pynq_version,
)
from host.bundle.bundle import Bundle, load_bundle
from host.bundle.seal import seal
from host.golden.model import Golden
from tests.host.boards import board_bundle, images_for, simulated_backend

Z1 = Machine("armv7l", 0, {"XILINX_XRT": "/usr"}, "Pynq-Z1", "3.0.1")
needs_pynq = pytest.mark.pynq


@pytest.fixture()
def bundle(tmp_path: Path) -> Bundle:
    return board_bundle(tmp_path / "bundle", board="Pynq-Z1")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"arch": "x86_64"}, "(x86_64) is no PYNQ board: run it there, or use --backend rtl"),
        ({"pynq": None}, "pynq is not installed in this Python"),
        ({"pynq": "4.0.0"}, "pynq 4.0.0 does not run on a Zynq-7000: pip install 'pynq>=3.0.1,<4'"),
        ({"euid": 1000}, "only root may use the logic: start with sudo bash host/on_board.sh"),
        ({"environ": {}}, "XILINX_XRT is not set"),
    ],
)
def test_a_machine_that_will_not_do(change: dict[str, Any], words: str) -> None:
    check_machine(Z1)
    check_machine(replace(Z1, arch="aarch64", pynq="4.0.0"))
    with pytest.raises(BackendError, match=re.escape(words)) as caught:
        check_machine(replace(Z1, **change))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"arch": "aarch64", "board": ""}, "for Pynq-Z1 (xc7z020clg400-1), this board is aarch64"),
        ({"board": "Arty-Z7"}, "for Pynq-Z1, this board is Arty-Z7: make bitstream BOARD=Arty-Z7"),
    ],
)
def test_the_bundle_of_another_board(bundle: Bundle, change: dict[str, Any], words: str) -> None:
    for alike in ("Pynq-Z1", "PYNQ-Z2", ""):
        check_board(bundle, replace(Z1, board=alike))
    with pytest.raises(BackendError, match=re.escape(words)):
        check_board(bundle, replace(Z1, **change))


def test_this_machine_is_described() -> None:
    here = Machine.here()
    assert here.arch and here.pynq == pynq_version()


def _with_bit(bundle: Bundle, handoff: str = "vivado") -> Bundle:
    (bundle.folder / "overlay.bit").write_bytes(b"bits")
    seal(bundle.folder, replace(bundle.manifest, handoff=handoff))
    return load_bundle(bundle.folder)


def test_files_that_are_missing(bundle: Bundle) -> None:
    with pytest.raises(BackendError, match=r"holds no overlay\.bit: Vivado makes it"):
        check_overlay(bundle)
    with pytest.raises(BackendError, match=r"is the expected one, not Vivado's"):
        check_overlay(_with_bit(bundle, "expected"))
    whole = _with_bit(bundle)
    assert check_overlay(whole) == bundle.folder / "overlay.bit"
    (bundle.folder / "overlay.hwh").unlink()
    with pytest.raises(BackendError, match=r"overlay\.hwh is missing: pynq needs Vivado's"):
        check_overlay(whole)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (('c_sg_length_width" VALUE="26', 'c_sg_length_width" VALUE="11'),
         "c_sg_length_width of the DMA is 11, too little for transfers of 2304 bytes"),
        (('c_include_sg" VALUE="0', 'c_include_sg" VALUE="1'),
         "c_include_sg of the DMA is 1, this bundle's is 0"),
        (('c_s_axis_s2mm_tdata_width" VALUE="16', 'c_s_axis_s2mm_tdata_width" VALUE="64'),
         "c_s_axis_s2mm_tdata_width of the DMA is 64, this bundle's is 16"),
        (('c_m_axis_mm2s_tdata_width" VALUE="8', 'c_m_axis_mm2s_tdata_width" VALUE="32'),
         "c_m_axis_mm2s_tdata_width of the DMA is 32, this bundle's is 8"),
        (('NAME="c_include_s2mm"', 'NAME="c_include"'), "c_include_s2mm of the DMA is missing"),
        (('INSTANCE="dma" MOD', 'INSTANCE="axi_dma_0" MOD'), "no block called dma"),
        (('INSTANCE="accelerator"', 'INSTANCE="other"'), "no block called accelerator"),
        (('VLNV="binary-landmarks.org:user', 'VLNV="else.org:user'),
         "the accelerator is else.org:user:accelerator_ip:1.0, not ours"),
        (("</EDKSYSTEM>", ""), "is no hardware handoff"),
    ],
)  # fmt: skip
def test_the_handoff_of_another_overlay(
    bundle: Bundle, change: tuple[str, str], message: str
) -> None:
    path = bundle.folder / "overlay.hwh"
    text = path.read_text()
    assert text.count(change[0]) == 1
    path.write_text(text.replace(*change))
    bundle = _with_bit(bundle)
    with pytest.raises(InputError, match=re.escape(message)) as caught:
        check_overlay(bundle)
    assert "\n" not in str(caught.value) and str(path) in str(caught.value)


def test_a_board_that_is_taken(tmp_path: Path) -> None:
    lock = BoardLock(tmp_path / "lock")
    with pytest.raises(BackendError, match=r"the board is in use by process \d+"):
        BoardLock(tmp_path / "lock")
    lock.release()
    BoardLock(tmp_path / "lock").release()
    with pytest.raises(BackendError, match=r"cannot lock the board: .*No such file"):
        BoardLock(tmp_path / "nowhere" / "lock")


@needs_pynq
def test_no_device(monkeypatch: pytest.MonkeyPatch) -> None:
    from pynq.pl_server.device import DeviceMeta

    monkeypatch.setattr(DeviceMeta, "devices", property(lambda _: []))
    with pytest.raises(BackendError, match="pynq finds no device"):
        find_device()


@needs_pynq
def test_the_backend_from_preflight_to_close(
    bundle: Bundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a board, with the simulated device in its place."""
    bundle = _with_bit(bundle)
    _, device = simulated_backend(bundle)
    monkeypatch.setattr(board, "Machine", SimpleNamespace(here=lambda: Z1))
    monkeypatch.setattr(board, "BoardLock", lambda: BoardLock(tmp_path / "lock"))
    monkeypatch.setattr(board, "find_device", lambda: device)
    images = images_for(bundle, 4)
    with open_backend("board", bundle) as backend:
        assert backend.name == "board"
        # Two frames of the self-test came before.
        assert backend.statistics.frames == 2
        with pytest.raises(BackendError, match="in use by process"):
            open_backend("board", bundle)
        heatmaps = backend.infer(images, heatmaps=True).heatmaps
    np.testing.assert_array_equal(heatmaps, Golden(bundle.graph).run(images))
    monkeypatch.setattr(device, "flush", lambda *_: None)
    with pytest.raises(BackendError, match="does not compute this bundle's network"):
        open_backend("board", bundle)
    # Nothing is held after a failure.
    BoardLock(tmp_path / "lock").release()
