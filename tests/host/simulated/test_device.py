# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""The simulated device as pynq sees it: its own DMA driver, its clocks, and never by probing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from host.bundle.bundle import Bundle
from host.golden.model import Golden
from host.simulated.backend import stage_overlay
from tests.host.boards import board_bundle, images_for
from tests.host.golden_chip import GoldenAccelerator
from tests.host.reasons import NO_PYNQ

pynq = pytest.importorskip("pynq", reason=NO_PYNQ)
pytestmark = pytest.mark.pynq


@pytest.fixture()
def bundle(tmp_path: Path) -> Bundle:
    return board_bundle(tmp_path / "bundle")


@pytest.fixture()
def device(bundle: Bundle) -> Any:
    from host.simulated.device import SimulatedDevice

    golden = Golden(bundle.graph)
    device = SimulatedDevice("armv7l", lambda: GoldenAccelerator(bundle, golden))
    yield device
    device.release()


def test_plain_pynq_code_runs(bundle: Bundle, device: Any, tmp_path: Path) -> None:
    """As in PYNQ's own notebooks: transfer, transfer, wait, wait."""
    bit = stage_overlay(bundle.folder / "overlay.hwh", tmp_path)
    dma = pynq.Overlay(str(bit), device=device).dma
    image = images_for(bundle, 1)
    source = pynq.allocate(image.shape, np.uint8, target=device)
    target = pynq.allocate((4, 4, 68), np.int16, target=device)
    source[:] = image
    dma.recvchannel.transfer(target)
    dma.sendchannel.transfer(source)
    dma.sendchannel.wait()
    dma.recvchannel.wait()
    assert dma.recvchannel.transferred == target.nbytes
    # What the values leave of the sixteen bits is padding.
    padding = 32 - bundle.output.tensor.bits
    found = (np.array(target).astype(np.int32) << padding) >> padding
    np.testing.assert_array_equal(found, Golden(bundle.graph).run(image)[0])
    assert pynq.Clocks.fclk0_mhz == 100.0


def test_a_slice_of_a_buffer_has_its_own_address_and_frees_nothing(device: Any) -> None:
    buffer = device.allocate((64,), np.uint8)
    part = buffer[16:]
    assert part.physical_address == buffer.physical_address + 16
    del part
    assert list(device.memory.regions) == [buffer.physical_address]
    buffer.freebuffer()
    buffer.freebuffer()
    assert device.memory.regions == {}


def test_probing_never_finds_it(device: Any) -> None:
    from pynq.pl_server.device import DeviceMeta

    kinds = {kind.__name__ for kind in DeviceMeta._subclasses.values()}
    assert type(device).__name__ not in kinds
    assert pynq.Device.__dict__.get("_active_device") is not device


def test_its_clocks_go_with_it(device: Any) -> None:
    assert pynq.Clocks._real_instance is device._clocks
    device.release()
    assert "_real_instance" not in pynq.Clocks.__dict__


def test_registers_that_nothing_answers(device: Any) -> None:
    with pytest.raises(RuntimeError, match="bus error: nothing answers at 0x12345678"):
        device.read_registers(0x1234_5678, 4)
    with pytest.raises(RuntimeError, match="no bitstream was downloaded"):
        device.dma.read(0)
