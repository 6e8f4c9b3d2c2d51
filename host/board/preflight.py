# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""What must be right before the bitstream is loaded; each thing that is not is one line."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from host.api.base import BackendError
from host.board.handoff import check_handoff
from host.bundle.bundle import Bundle
from host.bundle.manifest import EXPECTED
from host.bundle.seal import BIT, HANDOFF

# What PYNQ's images say of the board.
_BOARD_FILE = Path("/proc/device-tree/chosen/pynq_board")
# Architecture -> how the parts of such boards begin.
_PARTS = {"armv7l": ("xc7z",), "aarch64": ("xczu", "xck26", "xck24", "xazu")}
# Boards with the same part and the same processor settings.
_ALIKE = ({"pynq-z1", "pynq-z2"},)
_AS_ROOT = "start with sudo bash host/on_board.sh, e.g. sudo bash host/on_board.sh host/run_pynq.py"


@dataclass(frozen=True)
class Machine:
    """What can be known of this computer without pynq; `board` is empty where nobody says."""

    arch: str
    euid: int
    environ: Mapping[str, str]
    board: str
    pynq: str | None

    @classmethod
    def here(cls) -> Machine:
        """This one."""
        board = os.environ.get("BOARD", "")
        if _BOARD_FILE.is_file():
            board = _BOARD_FILE.read_text().strip("\0\n ")
        return cls(platform.machine(), os.geteuid(), os.environ, board, pynq_version())


def pynq_version() -> str | None:
    """The version of pynq that is installed, None without."""
    try:
        return version("pynq")
    except PackageNotFoundError:
        return None


def check_machine(machine: Machine) -> None:
    """Raise BackendError unless pynq will find its board here."""
    if machine.arch not in _PARTS:
        raise BackendError(
            f"this computer ({machine.arch}) is no PYNQ board: run it there, or use --backend rtl"
        )
    if machine.pynq is None:
        raise BackendError(
            f"pynq is not installed in this Python, the board's own has it: {_AS_ROOT}"
        )
    if machine.arch == "armv7l" and int(machine.pynq.split(".")[0]) >= 4:
        raise BackendError(
            f"pynq {machine.pynq} does not run on a Zynq-7000: pip install 'pynq>=3.0.1,<4'"
            " 'pycparser<3'"
        )
    if machine.euid != 0:
        raise BackendError(f"only root may use the logic: {_AS_ROOT}")
    if "XILINX_XRT" not in machine.environ:
        raise BackendError(f"XILINX_XRT is not set, so that pynq finds no board: {_AS_ROOT}")


def check_board(bundle: Bundle, machine: Machine) -> None:
    """Raise BackendError where the bundle is for another board, as far as that can be known."""
    part, board = bundle.manifest.part, bundle.manifest.board
    if not part.startswith(_PARTS[machine.arch]):
        raise BackendError(
            f"the bundle is for {board} ({part or 'no part'}), this board is {machine.arch}: make"
            " bitstream with its BOARD"
        )
    if machine.board and not _same(machine.board.lower(), board.lower()):
        raise BackendError(
            f"the bundle is for {board}, this board is {machine.board}: make bitstream"
            f" BOARD={machine.board}"
        )


def _same(one: str, other: str) -> bool:
    prefixed = one.startswith(other) or other.startswith(one)
    return prefixed or any({one, other} <= group for group in _ALIKE)


def check_overlay(bundle: Bundle) -> Path:
    """The bundle's bitstream, with a handoff beside it that is the accelerator's own."""
    bit, handoff = bundle.folder / BIT, bundle.folder / HANDOFF
    if not bit.is_file():
        raise BackendError(
            f"{bundle.folder} holds no {BIT}: Vivado makes it, see the last line of make bitstream;"
            " without it, use --backend rtl"
        )
    if not handoff.is_file():
        raise BackendError(f"{handoff} is missing: pynq needs Vivado's beside {BIT}")
    if bundle.manifest.handoff == EXPECTED:
        raise BackendError(
            f"{handoff} is the expected one, not Vivado's: bring Vivado's results back and run make"
            f" bitstream again, rather than copy {BIT} alone"
        )
    check_handoff(handoff, bundle)
    return bit


def find_device() -> Any:
    """The board as pynq sees it; none is a BackendError."""
    from pynq import Device

    devices = Device.devices
    if not devices:
        raise BackendError(
            "pynq finds no device: is this a PYNQ image, and /sys/class/fpga_manager/fpga0 there?"
        )
    return devices[0]
