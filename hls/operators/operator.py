# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""What every streaming operator has to say about itself.

An operator is a frozen dataclass: tensor types, parameters and folding. Beside its module
`<op>.py` lie the hardware `<op>.sv` (RTL) and, for Vitis HLS, `<op>.hpp`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import gcd
from pathlib import Path
from typing import ClassVar

import numpy as np

from hls.operators.resources import Resources
from hls.streams.tensor import Stream, TensorType

Constants = Mapping[str, np.ndarray]
NO_CONSTANTS: Constants = {}
LIBRARY = Path(__file__).parent
# RTL and C++ that several operators share.
PARTS = LIBRARY / "parts"


def divisors(number: int) -> list[int]:
    """All divisors, ascending."""
    return [d for d in range(1, number + 1) if number % d == 0]


@dataclass(frozen=True)
class Memory:
    """A read-only memory of the RTL: its file parameter, its words (Python ints) and word width."""

    parameter: str
    words: tuple[int, ...]
    width_bits: int

    def text(self) -> str:
        """The memory as a $readmemh file."""
        digits = -(-self.width_bits // 4)
        return "".join(f"{word:0{digits}x}\n" for word in self.words)


@dataclass(frozen=True)
class Operator(ABC):
    """One streaming operator; subclasses add fields.

    `module` names the RTL module and the operator in manifests and reports, `submodules` are the
    RTL modules of `parts/` that it instantiates, `fold_fields` are the fields that change the
    hardware but not the result. `purpose` says in reports what its block RAM is for.

    `registered`: ready and outputs are registers, which cut every path through the operator.
    `only_moves`: it passes on what it takes, so that others may look through it. `frame_known`: the
    RTL's parameters tell the beats per frame. `bit_constants`: those of `constant_names` that a
    bundle stores as bits, in rows of the input's channels.
    """

    module: ClassVar[str]
    purpose: ClassVar[str] = ""
    registered: ClassVar[bool] = False
    only_moves: ClassVar[bool] = False
    frame_known: ClassVar[bool] = False
    parameter_names: ClassVar[tuple[str, ...]] = ()
    submodules: ClassVar[tuple[str, ...]] = ()
    fold_fields: ClassVar[tuple[str, ...]] = ()
    constant_names: ClassVar[tuple[str, ...]] = ()
    bit_constants: ClassVar[tuple[str, ...]] = ()

    @classmethod
    def rtl_sources(cls) -> tuple[Path, ...]:
        """The SystemVerilog files of the operator."""
        parts = (PARTS / f"{name}.sv" for name in cls.submodules)
        return (LIBRARY / f"{cls.module}.sv", *parts)

    @classmethod
    def cpp_header(cls) -> Path:
        """The HLS C++ of the operator."""
        return LIBRARY / f"{cls.module}.hpp"

    @property
    @abstractmethod
    def inputs(self) -> tuple[Stream, ...]:
        """Input streams, in port order."""

    @property
    @abstractmethod
    def outputs(self) -> tuple[Stream, ...]:
        """Output streams, in port order."""

    @abstractmethod
    def reference(
        self, *frames: np.ndarray, constants: Constants = NO_CONSTANTS
    ) -> tuple[np.ndarray, ...]:
        """The operator's meaning: frames (N, H, W, C) in, frames out; slow and obvious."""

    def random_constants(self, rng: np.random.Generator) -> Constants:
        """Constants as trained ones might be: memories of zeros would vanish in synthesis."""
        return NO_CONSTANTS

    @property
    def output_range(self) -> tuple[int, int]:
        """The smallest and the largest value of output 0, whose type may hold more."""
        return self.outputs[0].tensor.low, self.outputs[0].tensor.high

    def fold_choices(self, pixel_channels: int | None = None) -> dict[str, Sequence[int]]:
        """Values of each fold field that folding chooses, some of which may be illegal together.

        `pixel_channels` are those upstream of the window that feeds the operator; None without one.
        """
        return {"lanes": divisors(gcd(*(stream.tensor.channels for stream in self.inputs)))}

    @property
    @abstractmethod
    def cycles(self) -> int:
        """Cycles a frame when neither side ever stalls (the initiation interval)."""

    @property
    def latency(self) -> int:
        """Cycles from an input beat to the output beat that it completes."""
        return 1

    @abstractmethod
    def needs(self) -> np.ndarray:
        """How many beats of each input must have been taken before an output beat can appear.

        Shape (output beats, inputs), for output port 0 (all ports of a fork are alike). A unit
        that reads each of five pixels as two beats completes a pixel with every second beat:

        >>> from hls.operators.xnor_mvu import XnorMvu
        >>> unit = XnorMvu(TensorType(1, 5, 4, bits=1), out_channels=1, pe=1, simd=2)
        >>> unit.needs()[:, 0].tolist()
        [2, 4, 6, 8, 10]
        """

    def spacing(self) -> np.ndarray | int:
        """The least cycles between output beats j - 1 and j; an int where all are alike.

        Shape (output beats,). The unit of `needs` uses two cycles per pixel:

        >>> from hls.operators.xnor_mvu import XnorMvu
        >>> unit = XnorMvu(TensorType(1, 5, 4, bits=1), out_channels=1, pe=1, simd=2)
        >>> unit.spacing().tolist()
        [2, 2, 2, 2, 2]
        """
        return 1

    def lead(self, port: int) -> np.ndarray | int:
        """Cycles from taking an input beat until the first output beat that needs it appears.

        Shape (beats of the input `port`,), for an operator that never waits. The first beat of
        each pixel is taken a cycle before the one that completes it, so it leads by one more:

        >>> from hls.operators.xnor_mvu import XnorMvu
        >>> unit = XnorMvu(TensorType(1, 5, 4, bits=1), out_channels=1, pe=1, simd=2)
        >>> unit.latency, unit.lead(0).tolist()
        (3, [4, 3, 4, 3, 4, 3, 4, 3, 4, 3])
        """
        return self.latency

    def slot_reused_by(self) -> np.ndarray | None:
        """For each output beat j the output beat that reuses its slot in a buffer of results.

        Shape (output beats,); j must have left before that beat is made. Indices run on into the
        next frame. None for an operator that keeps no results. Two pixels that share each weight
        word leave four results at once, and those four need the places of the four before:

        >>> from hls.operators.xnor_mvu import XnorMvu
        >>> unit = XnorMvu(TensorType(1, 4, 4, bits=1), out_channels=2, pe=1, simd=2, mmv=2)
        >>> unit.slot_reused_by().tolist()
        [4, 4, 4, 4, 8, 8, 8, 8]
        """
        return None

    def room(self) -> np.ndarray | None:
        """How many input beats of a frame can be taken before output beat j has left.

        Shape (output beats,), ascending. None for an operator that takes a beat just when it is
        needed. A converter that gathers pairs keeps the first of a pair; it takes the second only
        as the two leave together:

        >>> from hls.operators.width_converter import WidthConverter
        >>> WidthConverter(TensorType(1, 1, 10, bits=4), in_lanes=1, out_lanes=2).room().tolist()
        [1, 3, 5, 7, 9]
        """
        return None

    def parameters(self) -> dict[str, int]:
        """Parameters of the RTL module, memories' file names left out.

        `parameter_names` are in small letters what the operator calls them itself, or else its
        tensor; with IN_ or OUT_ in front its first input or output tensor.
        """
        return {name: int(self._parameter(name.lower())) for name in self.parameter_names}

    def _parameter(self, name: str) -> int:
        if hasattr(self, name):
            return getattr(self, name)
        side, _, rest = name.rpartition("_")
        streams = self.outputs if side == "out" else self.inputs
        return getattr(streams[0].tensor, rest)

    def cpp_arguments(self) -> dict[str, int]:
        """Arguments of the function template in HLS C++: the parameters, in the same order.

        Where those say nothing of a frame, the beats per frame of input 0 come first.
        """
        beats = {} if self.frame_known else {"BEATS": self.inputs[0].beats}
        return {**beats, **self.parameters()}

    def memories(self, constants: Constants) -> tuple[Memory, ...]:
        """The read-only memories that the RTL module loads."""
        return ()

    def tables(self, constants: Constants) -> tuple[Memory, ...]:
        """Those that the HLS C++ takes, in its order."""
        return self.memories(constants)

    @abstractmethod
    def resources(self) -> Resources:
        """Estimated cost; the mapping measures the true one."""


class LanedOperator(Operator):
    """One input stream of `lanes` channels per beat; beat for beat unless a subclass differs.

    Subclasses are dataclasses with (at least) the fields named here.
    """

    fold_fields: ClassVar[tuple[str, ...]] = ("lanes",)

    tensor: TensorType
    lanes: int

    @property
    def inputs(self) -> tuple[Stream, ...]:
        return (Stream(self.tensor, self.lanes),)

    @property
    def cycles(self) -> int:
        return self.inputs[0].beats

    def needs(self) -> np.ndarray:
        return np.arange(1, self.outputs[0].beats + 1)[:, None]
