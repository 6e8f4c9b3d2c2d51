# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""The emulator: a graph run by compiled code on this CPU, to the integers of the golden model."""

from __future__ import annotations

import ctypes
import threading
from functools import cached_property
from typing import Literal, overload

import numpy as np

from hls.common.errors import InputError
from hls.graph.decoder import end_with_decoder
from hls.graph.graph import Graph
from hls.operators.landmark_decode import LandmarkDecode
from hls.streams.landmarks import DecoderSettings
from host.emulator.library import ExportRecord, native
from host.emulator.plan import Plan, storage_of
from host.emulator.records import Records, stored
from host.golden.model import check_images

# Each has buffers of its own.
_MOST_THREADS = 256


class Emulator:
    """Runs a graph, folded or not; frames are split over `threads`.

    `decoder` is what `decode` needs to know of a graph that ends with heatmaps. `library` is the
    compiled engine, by default that for this CPU.
    """

    def __init__(
        self,
        graph: Graph,
        decoder: DecoderSettings | None = None,
        threads: int = 1,
        library: ctypes.CDLL | None = None,
    ) -> None:
        if not 1 <= threads <= _MOST_THREADS:
            raise InputError(f"{threads} threads: give 1 to {_MOST_THREADS}")
        self.graph = graph
        self.decoder = decoder
        self.threads = threads
        self._library = library or native()

    @property
    def variant(self) -> str:
        """What counts bits: `AVX-512 VPOPCNTDQ`, `AVX2`, `SSSE3`, `NEON` or `portable`."""
        return str(self._library.emulator_variant().decode())

    @overload
    def run(self, images: np.ndarray, keep: Literal[False] = False) -> np.ndarray: ...

    @overload
    def run(self, images: np.ndarray, keep: Literal[True]) -> dict[str, np.ndarray]: ...

    def run(self, images: np.ndarray, keep: bool = False) -> np.ndarray | dict[str, np.ndarray]:
        """Images uint8 (N, H, W, C) -> heatmaps int32 (N, H', W', K), or (N, 1, K, 3) x, y and
        score of each landmark where the graph ends with the decoder.

        With `keep`, every tensor of the graph by name instead, int32 (N, H, W, C), each node run
        by itself.
        """
        check_images(self.graph, images)
        if keep:
            return self._every.run(images, tuple(self.graph.tensors))
        return self._fused.run(images, (self.graph.output,))[self.graph.output]

    def decode(
        self, images: np.ndarray, heatmaps: bool = False
    ) -> tuple[np.ndarray, np.ndarray | None]:
        """Images -> (int32 (N, 1, K, 3) x, y and score of each landmark, heatmaps if asked for
        and if the graph gives any)."""
        check_images(self.graph, images)
        graph = self._decoding.graph
        wanted = [graph.output]
        if heatmaps and graph is not self.graph:
            wanted.append(self.graph.output)
        found = self._decoding.run(images, tuple(wanted))
        return found[graph.output], found.get(self.graph.output) if len(wanted) > 1 else None

    @cached_property
    def _fused(self) -> _Engine:
        return _Engine(self._library, self.graph, (self.graph.output,), True, self.threads)

    @cached_property
    def _every(self) -> _Engine:
        names = tuple(self.graph.tensors)
        return _Engine(self._library, self.graph, names, False, self.threads)

    @cached_property
    def _decoding(self) -> _Engine:
        if isinstance(self.graph.producers[self.graph.output][0].op, LandmarkDecode):
            return self._fused
        if self.decoder is None:
            raise InputError(f"{self.graph.name} ends with heatmaps: give the decoder's settings")
        graph = end_with_decoder(self.graph, self.decoder)
        names = (graph.output, self.graph.output)
        return _Engine(self._library, graph, names, True, self.threads)


class _Engine:
    """A plan in the compiled engine; `outputs` can be asked for."""

    def __init__(
        self,
        library: ctypes.CDLL,
        graph: Graph,
        outputs: tuple[str, ...],
        fuse: bool,
        threads: int,
    ) -> None:
        self.graph = graph
        self._library = library
        self._lock = threading.Lock()
        self._plan = Plan(graph, outputs, fuse)
        roots = tuple(dict.fromkeys(map(self._plan.root, outputs)))
        self._records = Records(self._plan, roots)
        self._root = {name: self._plan.root(name) for name in outputs}
        self._tensor = {root: self._records.tensor(root) for root in roots}
        self._shape = {root: graph.tensors[root].shape for root in roots}
        self._storage = storage_of(graph.tensors[graph.input])
        self._exports: dict[tuple[str, ...], ctypes.Array[ExportRecord]] = {}
        self._handle = library.emulator_open(ctypes.byref(self._records.plan), threads)
        if not self._handle:
            raise InputError(f"the emulator finds no memory for {threads} threads: use fewer")

    def __del__(self) -> None:
        if getattr(self, "_handle", None):
            self._library.emulator_close(self._handle)

    def run(self, images: np.ndarray, names: tuple[str, ...]) -> dict[str, np.ndarray]:
        """Tensors by name, int32 (N, H, W, C)."""
        frames = stored(images, self._storage)
        found = {root: self._empty(root, len(images)) for root in (self._root[n] for n in names)}
        with self._lock:
            exports = self._records_for(tuple(found))
            for record, array in zip(exports, found.values(), strict=True):
                record.target = array.ctypes.data
            self._library.emulator_run(
                self._handle, frames.ctypes.data, len(frames), exports, len(found)
            )
        return {name: found[self._root[name]] for name in names}

    def _records_for(self, roots: tuple[str, ...]) -> ctypes.Array[ExportRecord]:
        """What leaves the engine, made once; where it goes changes from call to call."""
        if roots not in self._exports:
            records = (ExportRecord(self._tensor[root]) for root in roots)
            self._exports[roots] = (ExportRecord * len(roots))(*records)
        return self._exports[roots]

    def _empty(self, root: str, count: int) -> np.ndarray:
        return np.empty((count, *self._shape[root]), np.int32)
