# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""A build: where its files lie, and the graphs that are computed from them."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from bitstream_flow.boards.board import Board, load_board
from bitstream_flow.plan.files import load_graph, load_plan
from bitstream_flow.plan.planner import Plan
from hls.common.errors import InputError
from hls.common.folders import build_root
from hls.graph.decoder import end_with_decoder
from hls.graph.graph import Graph
from hls.streams.landmarks import DecoderSettings

DEFAULT_RATE = 1000.0


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
        build = cls(config, load_board(board), 0.0)
        try:
            manifest = json.loads((build.bundle / "manifest.json").read_text())
        except FileNotFoundError:
            raise InputError(
                f"no bundle {build.bundle}: run make bitstream CONFIG={config}"
            ) from None
        return replace(
            build, frame_rate=manifest["target_fps"], decode=manifest.get("decode", False)
        )

    @property
    def folder(self) -> Path:
        """build/<config>-<board>."""
        return build_root() / f"{self.config}-{self.board.name}"

    @property
    def bundle(self) -> Path:
        """The bundle's folder."""
        return self.folder / "bundle"

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
            raise InputError(f"no checkpoint {path}: run make bitstream CONFIG={self.config}")
        return path

    @property
    def export_manifest(self) -> dict[str, Any]:
        """What the export says of the network."""
        return json.loads((self.folder / "export" / f"{self.config}.manifest.json").read_text())

    @cached_property
    def logical(self) -> Graph:
        """The imported graph and the decoder where there is one, not folded."""
        graph = load_graph(self.folder / "frontend")
        return end_with_decoder(graph, self.decoder) if self.decode else graph

    @property
    def decoder(self) -> DecoderSettings:
        """What the export says of the network's heatmaps."""
        entry = self.export_manifest.get("decoder")
        if entry is None:
            raise InputError(
                f"the export in {self.folder} is of an older release, without a decoder: run"
                f" make bitstream CONFIG={self.config} again"
            )
        return DecoderSettings(entry["floor"], entry["shift"])

    @cached_property
    def plan(self) -> Plan:
        """The folded graph with its width converters, borders in its windows, and its FIFOs."""
        return load_plan(self.logical, self.folder / "fold")
