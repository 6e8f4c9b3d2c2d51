# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""The bundle: all that host/ needs to know of a built accelerator, read and checked.

`<folder>/manifest.json`, `weights.npz` (integers and packed bits), `rtl/`, `overlay.hwh` (as
expected, or Vivado's), and with Vivado `overlay.bit`. Nothing in it is ever unpickled.
"""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from hls.common.errors import InputError, one_line
from hls.common.folders import build_root
from hls.graph.graph import Graph, from_json
from hls.operators.landmark_decode import LandmarkDecode
from hls.streams.confidence import Confidence
from hls.streams.landmarks import DecoderSettings
from hls.streams.tensor import Stream
from host.bundle.manifest import Manifest
from host.bundle.packed_weights import unpack_constants
from host.bundle.seal import MANIFEST, REMEDY, check_seal


@dataclass(frozen=True)
class Bundle:
    """A checked bundle: the logical graph, the chip's streams and its RTL.

    `joins` gives, in the order of the data flow, each many-input node and the FIFOs before it.
    """

    folder: Path
    manifest: Manifest
    graph: Graph

    @cached_property
    def input(self) -> Stream:
        """The image as it goes into the chip."""
        return self.manifest.input.stream

    @cached_property
    def output(self) -> Stream:
        """Heatmaps or landmarks as they come out of it."""
        return self.manifest.output.stream

    @property
    def name(self) -> str:
        """Configuration and board, for messages."""
        return f"{self.manifest.config} on {self.manifest.board}"

    @property
    def decodes(self) -> bool:
        """Whether the chip ends with the landmark decoder and sends no heatmaps."""
        return isinstance(self.graph.producers[self.graph.output][0].op, LandmarkDecode)

    @property
    def decoder(self) -> DecoderSettings:
        """What the network's heatmaps mean to the landmark decoder, on the chip or on the host."""
        return self.manifest.decoder

    @property
    def confidence(self) -> Confidence | None:
        """What makes scores probabilities; None where the network was not calibrated."""
        return self.manifest.confidence

    @property
    def landmarks(self) -> int:
        """How many landmarks the network finds."""
        return self.output.tensor.width if self.decodes else self.output.tensor.channels

    @property
    def stride(self) -> int:
        """Image pixels per heatmap cell."""
        return self.manifest.output.stride

    @property
    def crop_scale(self) -> float:
        """Side of the square that the network sees over the side of the face box."""
        return self.manifest.crop.scale

    @property
    def predicted_cycles(self) -> int:
        """Cycles per frame as predicted, 0 where the bundle does not say."""
        return self.manifest.predicted.cycles

    @property
    def clock_mhz(self) -> float:
        """Clock that the accelerator is built for."""
        return self.manifest.clock_mhz

    @property
    def joins(self) -> dict[str, tuple[str, ...]]:
        """Many-input node -> the FIFOs that feed it, in the order of the data flow."""
        return self.manifest.joins

    @property
    def rtl_sources(self) -> tuple[Path, ...]:
        """The SystemVerilog files."""
        return tuple(sorted((self.folder / "rtl").glob("*.sv")))

    @property
    def rtl_memories(self) -> tuple[Path, ...]:
        """The memory files that the RTL loads."""
        return tuple(sorted((self.folder / "rtl" / "mem").glob("*.mem")))


def load_bundle(folder: Path | str) -> Bundle:
    """Read the bundle in `folder`; anything missing, damaged or of another version: InputError."""
    folder = Path(folder)
    manifest = check_seal(folder)
    arrays = _read_arrays(folder / "weights.npz")
    try:
        graph = from_json(manifest.graph, unpack_constants(manifest.graph, arrays))
    except InputError:
        raise
    except (TypeError, ValueError, AttributeError, LookupError) as error:
        raise InputError(
            f"{folder / MANIFEST} has a wrong entry 'graph' ({one_line(error)}): {REMEDY}"
        ) from None
    bundle = Bundle(folder, manifest, graph)
    _check_values(bundle)
    return bundle


def find_bundle(folder: Path | None) -> Bundle:
    """The bundle in `folder`, without one the only one below build/."""
    return load_bundle(folder or default_bundle(build_root()))


def default_bundle(root: Path) -> Path:
    """The one bundle below `root` (build/); none or several is an InputError."""
    found = sorted(path.parent for path in root.glob(f"*/bundle/{MANIFEST}"))
    if not found:
        raise InputError(f"no bundle below {root}: run `make bitstream`, or give --bundle DIR")
    if len(found) > 1:
        names = ", ".join(str(path) for path in found)
        raise InputError(f"several bundles below {root}: choose one with --bundle ({names})")
    return found[0]


def _read_arrays(path: Path) -> dict[str, np.ndarray]:
    try:
        with np.load(path, allow_pickle=False) as arrays:
            return {key: arrays[key] for key in arrays.files}
    except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
        raise InputError(f"{path} cannot be read ({error}): {REMEDY}") from None


def _check_values(bundle: Bundle) -> None:
    """The manifest's streams and decoder must be the graph's."""
    for stream, name in ((bundle.input, bundle.graph.input), (bundle.output, bundle.graph.output)):
        if stream.tensor != bundle.graph.tensors[name]:
            raise InputError(
                f"{bundle.folder / MANIFEST}: {name} is {bundle.graph.tensors[name]} in the graph,"
                f" but the stream carries {stream.tensor}"
            )
    last, decoder = bundle.graph.producers[bundle.graph.output][0].op, bundle.decoder
    if isinstance(last, LandmarkDecode) and last.settings != decoder:
        raise InputError(
            f"{bundle.folder / MANIFEST}: the graph ends with {last.settings}, but the entry"
            f" decoder says {decoder}: {REMEDY}"
        )
