# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""A plan as the records that the engine reads: places in memory, packed weights, tables."""

from __future__ import annotations

import numpy as np

from hls.add_clip import AddClip
from hls.int_mvu import IntMvu
from hls.tensor import TensorType
from hls.xnor_mvu import XnorMvu
from host.emulator.arena import place
from host.emulator.library import PlanRecord, SinkRecord, StepRecord, TensorRecord
from host.emulator.plan import BITS, DOT_BYTES, I8, I32, Plan, Sink, Step, Tensor
from host.emulator.tables import Line, Steps, line_of

IDENTITY, LINE, WIDE_LINE, THRESHOLDS = range(4)
_LANES = 16


class Records:
    """The records of a plan, and what they point to; tensors named `outputs` outlive the frame."""

    def __init__(self, plan: Plan, outputs: tuple[str, ...]) -> None:
        self._plan = plan
        self._alive: list[object] = []
        self._offsets, arena_bytes = self._place(outputs)
        steps = (StepRecord * len(plan.steps))(*map(self._step, plan.steps))
        self.plan = PlanRecord(
            step=steps,
            steps=len(plan.steps),
            arena_bytes=arena_bytes,
            input=self.tensor(plan.graph.input),
        )

    def tensor(self, name: str) -> TensorRecord:
        """Where the tensor lies."""
        tensor = self._plan.tensors[name]
        whole = self._plan.tensors[tensor.within] if tensor.within else tensor
        return TensorRecord(
            offset=self._offsets[whole.name] + value_bytes(tensor.storage, tensor.channel),
            height=tensor.kind.height,
            width=tensor.kind.width,
            channels=tensor.kind.channels,
            storage=tensor.storage,
            stride=_pixel_bytes(whole),
        )

    def _place(self, outputs: tuple[str, ...]) -> tuple[dict[str, int], int]:
        """Offset of each whole tensor, from its first writer to its last reader."""
        tensors, last = self._plan.tensors, len(self._plan.steps)
        lives = {self._whole(self._plan.graph.input): (-1, -1)}
        for index, step in enumerate(self._plan.steps):
            used = [*(name for name, _ in step.inputs), *(sink.target for sink in step.sinks)]
            for name in map(self._whole, used):
                lives[name] = (lives.get(name, (index, index))[0], index)
        for name in map(self._whole, outputs):
            lives[name] = (lives[name][0], last)
        sizes = [tensors[name].kind.pixels * _pixel_bytes(tensors[name]) for name in lives]
        offsets, total = place(sizes, list(lives.values()))
        return dict(zip(lives, offsets, strict=True)), total

    def _whole(self, name: str) -> str:
        return self._plan.tensors[name].within or name

    def _pointer(self, array: np.ndarray) -> int:
        array = np.ascontiguousarray(array)
        self._alive.append(array)
        return array.ctypes.data

    def _step(self, step: Step) -> StepRecord:
        names = [name for name, _ in step.inputs]
        factors = [factor for _, factor in step.inputs]
        first, geometry = self._plan.tensors[names[0]], step.geometry
        record = StepRecord(
            source=step.source,
            height=step.kind.height,
            width=step.kind.width,
            channels=step.kind.channels,
            kernel=geometry.kernel,
            stride=geometry.stride,
            top=geometry.top,
            left=geometry.left,
            sinks=len(step.sinks),
            edge=self._pointer(_edge(first, geometry.value)),
        )
        for index, name in enumerate(names):
            record.input[index], record.factor[index] = self.tensor(name), factors[index]
        if step.node and isinstance(step.node.op, AddClip):
            record.low, record.high = step.kind.low, step.kind.high
        if step.node and isinstance(step.node.op, (XnorMvu, IntMvu)):
            self._add_weights(record, step, first)
        sinks = (SinkRecord * len(step.sinks))(*(self._sink(s, step.kind) for s in step.sinks))
        record.sink = sinks
        self._alive.append(sinks)
        return record

    def _add_weights(self, record: StepRecord, step: Step, first: Tensor) -> None:
        assert step.node is not None
        op, constants = step.node.op, step.node.constants
        taps = step.geometry.kernel**2
        if isinstance(op, XnorMvu):
            words = binary_words(op.weights(constants), taps)
            record.weights, record.outputs = self._pointer(words), words.shape[1]
        elif isinstance(op, IntMvu) and step.source == DOT_BYTES:
            weights = op.check(constants)
            record.weights = self._pointer(byte_weights(weights))
            moved = 128 * weights.sum(axis=1) if first.storage == I8 else np.zeros(len(weights))
            record.bias = self._pointer(_padded(-moved))
        elif isinstance(op, IntMvu):
            record.weights = self._pointer(_padded(op.check(constants).T))

    def _sink(self, sink: Sink, kind: TensorType) -> SinkRecord:
        record = SinkRecord(target=self.tensor(sink.target), function=IDENTITY)
        function = sink.function
        if isinstance(function, Steps):
            line = line_of(function, kind) if function.thresholds.shape[1] > 1 else None
            if line is None:
                record.function, record.levels = THRESHOLDS, function.thresholds.shape[1]
                record.low = function.low
                record.a = self._pointer(_padded(np.where(function.flip, -1, 0)))
                record.b = self._pointer(_padded(function.thresholds.T))
            function = line
        if isinstance(function, Line):
            record.low, record.high = function.low, function.high
            record.c = self._pointer(_padded(function.shift))
            if function.fits(kind):
                record.function = LINE
                record.a = self._pointer(_padded(function.gain))
                record.b = self._pointer(_padded(function.offset))
            else:
                record.function = WIDE_LINE
                record.wide_a = self._pointer(_padded(function.gain, np.int64))
                record.wide_b = self._pointer(_padded(function.offset, np.int64))
        return record


def value_bytes(storage: int, channels: int) -> int:
    """Bytes of so many channels of a pixel."""
    if storage == BITS:
        return -(-channels // 8)
    return 4 * channels if storage == I32 else channels


def _pixel_bytes(tensor: Tensor) -> int:
    return value_bytes(tensor.storage, tensor.kind.channels)


def stored(values: np.ndarray, storage: int) -> np.ndarray:
    """Integers (..., C) as the engine stores them, contiguous."""
    if storage == BITS:
        return np.packbits(values.astype(bool), axis=-1, bitorder="little")
    return np.ascontiguousarray(values, (np.int8, np.uint8, np.int32)[storage - 1])


def _edge(tensor: Tensor, value: int) -> np.ndarray:
    """A pixel of the border as bytes."""
    return stored(np.full(tensor.kind.channels, value), tensor.storage)


def _padded(rows: np.ndarray, dtype: type = np.int32) -> np.ndarray:
    """(..., C) with zeros up to a multiple of 16 channels."""
    edges = [(0, 0)] * (rows.ndim - 1) + [(0, -rows.shape[-1] % _LANES)]
    return np.pad(rows, edges).astype(dtype)


def binary_words(weights: np.ndarray, taps: int) -> np.ndarray:
    """Weights (out, taps * C) of 0 and 1 -> uint64 (words, out up to a multiple of 8), inverted:
    the ones of patch ^ words are the weights that agree. Each tap begins with a byte."""
    outputs = len(weights)
    bits = (1 - weights.astype(np.uint8)).reshape(outputs, taps, -1)
    rows = stored(bits, BITS).reshape(outputs, -1)
    rows = np.pad(rows, ((0, -outputs % 8), (0, -rows.shape[1] % 8)))
    return np.ascontiguousarray(rows).view(np.uint64).T


def byte_weights(weights: np.ndarray) -> np.ndarray:
    """Weights (out, depth) -> int8 (words of 4, out up to a multiple of 16, 4)."""
    rows = np.pad(weights, ((0, -len(weights) % _LANES), (0, -weights.shape[1] % 8)))
    return rows.reshape(len(rows), -1, 4).transpose(1, 0, 2).astype(np.int8)
