# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""C simulation of a chip: its HLS C++ compiled and run, every stream's beats against golden."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np

from bitstream_flow.generate.cpp import TOP, axis_bits, hls_texts
from bitstream_flow.verify.landmarks import Tensors
from hls.common.errors import SimulationError
from hls.graph.chip import Chip
from hls.simulate.cpp import CppDesign, CppRun, CppSimulator, build, read_beats
from hls.simulate.cpp_text import ends, main_program
from hls.simulate.deadlock import blame, explain
from hls.simulate.rtl import DeadlockError


def csim_design(chip: Chip) -> CppDesign:
    """The chip's C++ between a source and a sink of AXI4-Stream."""
    first, last = chip.ends
    body = [
        f'hls::stream<ap_axiu<{axis_bits(stream)}, 0, 0, 0>> {name}("{name}");'
        for name, stream in (("s_axis", first), ("m_axis", last))
    ]
    octets = axis_bits(first) // 8
    body += [*ends([first], ["s_axis"], [last], ["m_axis"], octets), f"{TOP}(s_axis, m_axis);"]
    main = '#include "ends.hpp"\n#include "dataflow.hpp"\n' + main_program(body, join="")
    return CppDesign(main, (first,), (last,), axis=True, files=hls_texts(chip))


class HlsCpp:
    """A chip's compiled C++; `note` gets a line before it is compiled, or taken from the cache."""

    def __init__(self, chip: Chip, note: Callable[[str], None] = lambda text: None) -> None:
        self._chip = chip
        note("compiling the HLS C++; the first time takes a minute or two ...")
        self._simulator: CppSimulator = build(csim_design(chip))

    def run(self, images: np.ndarray, trace: Path | None = None) -> CppRun:
        """Images (N, H, W, C) back to back; a deadlock is an error that names the FIFO."""
        try:
            return self._simulator.run([images.astype(np.int32)], trace)
        except DeadlockError as error:
            at_join = blame(self._chip.graph.joins, error.fifos)
            text = explain(self._chip.graph.joins, error.fifos) if at_join else str(error)
            raise SimulationError(f"C simulation: {text}") from None

    def tensors(self, images: np.ndarray) -> Tensors:
        """Every stream of the chip."""
        with tempfile.TemporaryDirectory(prefix="trace-") as name:
            run = self.run(images, Path(name))
            found = {
                edge: read_beats(Path(name) / f"{edge}.bin", stream)
                for edge, stream in self._chip.edges.items()
            }
        return {**found, self._chip.graph.output: run.outputs[0]}
