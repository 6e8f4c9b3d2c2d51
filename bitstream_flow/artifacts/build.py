# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""A build: where its files lie, and the graphs that are computed from them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from bitstream_flow.artifacts.records import Check
from bitstream_flow.boards.board import Board, load_board
from bitstream_flow.plan.files import load_graph, load_plan
from bitstream_flow.plan.planner import Plan
from hls.common.errors import InputError
from hls.common.folders import build_root
from hls.common.records import load_record
from hls.graph.decoder import end_with_decoder
from hls.graph.graph import Graph
from hls.operators.resources import Resources
from hls.streams.exported import Exported
from host.bundle.manifest import Manifest

DEFAULT_RATE = 1000.0
T = TypeVar("T")


@dataclass(frozen=True)
class Build:
    """One configuration on one board; a property is there once its step has run.

    `checkpoint` is what the export takes, by default the shipped one. With `decode` the chip ends
    with the landmark decoder.
    """

    config: str
    board: Board
    frame_rate: float
    checkpoint: Path | None = None
    decode: bool = False

    @classmethod
    def existing(cls, config: str, board: str) -> Build:
        """The build that `make bitstream` left, with its rate and decoder."""
        place = load_board(board)
        manifest = cls(config, place, DEFAULT_RATE).manifest
        return cls(config, place, manifest.target_fps, decode=manifest.decode)

    @property
    def folder(self) -> Path:
        """build/<config>-<board>."""
        return build_root() / f"{self.config}-{self.board.name}"

    @property
    def bundle(self) -> Path:
        """The bundle's folder."""
        return self.folder / "bundle"

    @property
    def manifest(self) -> Manifest:
        """The bundle's manifest; its checksums are not checked."""
        if not self.bundle.is_dir():
            raise InputError(f"no bundle {self.bundle}: {self.remedy}")
        return self._record(Manifest, "bundle/manifest.json")

    @property
    def bundle_key(self) -> str:
        """What the bundle was made from; a bitstream that comes later does not change it."""
        return self.bundle.with_name("bundle.key").read_text()

    @property
    def qonnx(self) -> Path:
        """The exported network."""
        return self.folder / "export" / f"{self.config}.onnx"

    @property
    def exported_checkpoint(self) -> Path:
        """The weights that were exported, whatever has become of the file that they came from."""
        path = self.folder / "export" / f"{self.config}.safetensors"
        if not path.is_file():
            raise InputError(f"no checkpoint {path}: {self.remedy}")
        return path

    @property
    def exported(self) -> Exported:
        """What the export says of the network."""
        return self._record(Exported, f"export/{self.config}.manifest.json")

    @property
    def check(self) -> Check:
        """How the implementations compared, and what the RTL simulation took."""
        return self._record(Check, "check/check.json")

    @property
    def mapped(self) -> dict[str, Resources]:
        """Unit -> its resources, mapped by Yosys."""
        return self._record(dict[str, Resources], "map/map.json")

    @cached_property
    def logical(self) -> Graph:
        """The imported graph and the decoder where there is one, not folded."""
        graph = load_graph(self.folder / "frontend")
        return end_with_decoder(graph, self.exported.decoder) if self.decode else graph

    @cached_property
    def plan(self) -> Plan:
        """The folded graph with its width converters, borders in its windows, and its FIFOs."""
        return load_plan(self.logical, self.folder / "fold")

    def _record(self, kind: type[T], name: str) -> T:
        return load_record(kind, self.folder / name, self.remedy)

    @property
    def remedy(self) -> str:
        """What to do where a file of the build is missing or wrong."""
        return f"run make bitstream CONFIG={self.config} BOARD={self.board.name}"
