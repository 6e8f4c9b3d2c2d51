# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""What manifest.json says of a bundle: one class, from which it is written and read."""

from __future__ import annotations

from dataclasses import asdict, astuple, dataclass, field
from typing import Any

from hls.operators.resources import Resources
from hls.streams.confidence import Confidence
from hls.streams.exported import Crop
from hls.streams.landmarks import DecoderSettings
from hls.streams.tensor import Stream, TensorType

FORMAT = "binary-landmarks-bundle"
VERSION = 2
# Values of `handoff`: written by the flow, or by Vivado.
EXPECTED, VIVADO = "expected", "vivado"


@dataclass(frozen=True)
class Port:
    """One of the chip's two streams: its tensor, and how many channels a beat carries."""

    height: int
    width: int
    channels: int
    bits: int
    signed: bool
    lanes: int

    @classmethod
    def of(cls, stream: Stream, **more: Any) -> Any:
        """That of a chip's stream; `more` are the fields of `cls` alone."""
        return cls(**asdict(stream.tensor), lanes=stream.lanes, **more)

    @property
    def stream(self) -> Stream:
        """The same as the operators have it."""
        height, width, channels, bits, signed, lanes, *_ = astuple(self)
        return Stream(TensorType(height, width, channels, bits, signed), lanes)


@dataclass(frozen=True)
class Input(Port):
    """The image; without normalisation its uint8 values go in as they are."""

    normalisation: str = "none"


@dataclass(frozen=True)
class Output(Port):
    """Heatmaps or landmarks; `stride` is image pixels per heatmap cell."""

    stride: int


@dataclass(frozen=True)
class Predicted:
    """Cycles per frame of the slowest operator, and the frame rate that they make; 0 is unknown."""

    cycles: int = 0
    fps: float = 0.0


@dataclass(frozen=True)
class Routed:
    """The whole overlay as Vivado placed and routed it, DMA and interconnect included.

    A `slack_ns` below 0 misses the clock.
    """

    resources: Resources
    slack_ns: float

    def fastest_mhz(self, clock_mhz: float) -> float:
        """The clock at which the worst path would just do."""
        return 1e3 / (1e3 / clock_mhz - self.slack_ns)


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """The entries, by their names in the file; host/README.md says what each of them means.

    `checksums` and `manifest_sha256` are set where the bundle is sealed.
    """

    format: str = FORMAT
    version: int = VERSION
    config: str
    target_fps: float = 0.0
    decode: bool = False
    decoder: DecoderSettings
    predicted: Predicted = Predicted()
    model: dict[str, Any] | None = None
    crop: Crop
    confidence: Confidence | None = None
    board: str
    part: str = ""
    clock_mhz: float
    input: Input
    output: Output
    graph: dict[str, Any]
    fold: dict[str, dict[str, int]] = field(default_factory=dict)
    fifos: dict[str, int] = field(default_factory=dict)
    joins: dict[str, tuple[str, ...]]
    handoff: str = ""
    routed: Routed | None = None
    checksums: dict[str, str] = field(default_factory=dict)
    manifest_sha256: str = ""
