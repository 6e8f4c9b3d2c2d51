# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""A plan as the records that the engine reads: places in memory, packed weights, tables."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from hls.operators.add_clip import AddClip
from hls.operators.int_mvu import IntMvu
from hls.operators.landmark_decode import LandmarkDecode
from hls.operators.xnor_mvu import XnorMvu
from hls.streams.landmarks import REACH, STEPS, WEIGHTS
from hls.streams.tensor import TensorType
from host.emulator.arena import place
from host.emulator.library import PlanRecord, SinkRecord, StepRecord, TensorRecord
from host.emulator.plan import ADD, BITS, COPY, DOT_BYTES, I8, I32, POOL, EngineStep, Plan, Tensor
from host.emulator.tables import Line, Range, ThresholdTable, line_of

IDENTITY, LINE, WIDE_LINE, THRESHOLDS, SIGN_BYTES = range(5)
_LANES, _MANY = 16, 32
_CACHE_LINE = 64


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
        """The tensor's place in memory."""
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
        """Where a copy of the array begins: with a cache line, as vectors are read from it."""
        copy = np.empty(array.nbytes + _CACHE_LINE, np.uint8)
        self._alive.append(copy)
        start = -copy.ctypes.data % _CACHE_LINE
        copy[start : start + array.nbytes] = np.frombuffer(array.tobytes(), np.uint8)
        return copy.ctypes.data + start

    def _step(self, step: EngineStep) -> StepRecord:
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
            bytewise=self._bytewise(step),
            edge=self._pointer(_edge(first, geometry.value)),
        )
        for index, name in enumerate(names):
            record.input[index], record.factor[index] = self.tensor(name), factors[index]
        if step.node and isinstance(step.node.op, AddClip):
            record.low, record.high = step.kind.low, step.kind.high
            if record.bytewise:
                # No sum is beyond these, which the engine keeps in bytes, too.
                record.low, record.high = max(record.low, -128), min(record.high, 127)
        if step.node and isinstance(step.node.op, LandmarkDecode):
            record.floor, record.shift = step.node.op.floor, step.node.op.shift
            record.reach, record.steps = REACH, STEPS
            record.weights = self._pointer(np.array(WEIGHTS, np.int32))
        if step.node and isinstance(step.node.op, (XnorMvu, IntMvu)):
            self._add_weights(record, step, first.kind)
        found = list(self._sinks(step))
        sinks = (SinkRecord * len(found))(*found)
        record.sink, record.sinks = sinks, len(found)
        self._alive.append(sinks)
        return record

    def _add_weights(self, record: StepRecord, step: EngineStep, kind: TensorType) -> None:
        assert step.node is not None
        op, constants = step.node.op, step.node.constants
        if isinstance(op, XnorMvu):
            words = binary_words(op.weights(constants), step.geometry.kernel)
            record.weights, record.outputs = self._pointer(words), words.shape[1]
        elif isinstance(op, IntMvu) and step.source == DOT_BYTES:
            weights = op.check(constants)
            record.weights = self._pointer(byte_weights(weights, step.geometry.kernel))
            record.moved = -kind.low
            record.bias = self._pointer(_padded(kind.low * weights.sum(axis=1)))
        elif isinstance(op, IntMvu):
            record.weights = self._pointer(_padded(op.check(constants).T))

    def _bytewise(self, step: EngineStep) -> bool:
        """Whether signed bytes, and signs of them, are all that the step sees."""
        tensors = self._plan.tensors
        if any(tensors[name].storage != I8 for name, _ in step.inputs):
            return False
        if step.source == ADD and not _fits_byte_twice(tensors[step.inputs[0][0]].kind):
            return False
        return step.source in (COPY, ADD, POOL) and all(
            tensors[sink.target].storage == (I8 if sink.function is None else BITS)
            and not isinstance(sink.function, Line)
            for sink in step.sinks
        )

    def _sign_bytes(self, steps: ThresholdTable, target: TensorRecord) -> SinkRecord:
        least = steps.thresholds[:, 0]
        there = np.zeros(-(-len(least) // _MANY) * _MANY, np.uint8)
        there[: len(least)] = least <= 127
        missing = (0, len(there) - len(least))
        flip, least = (np.pad(x, missing) for x in (-steps.flip.astype(int), least.clip(-128, 127)))
        return SinkRecord(
            target=target,
            function=SIGN_BYTES,
            flip=self._pointer(flip.astype(np.int8)),
            thresholds=self._pointer(least.astype(np.int8)),
            used=self._pointer(stored(there, BITS)),
        )

    def _sinks(self, step: EngineStep) -> Iterator[SinkRecord]:
        """Records of a step's sinks; a function may differ in kind between channels."""
        for sink in step.sinks:
            target = self.tensor(sink.target)
            if isinstance(sink.function, ThresholdTable) and sink.function.thresholds.shape[1] > 1:
                yield from self._lines(sink.function, target, step.value_range)
            elif isinstance(sink.function, ThresholdTable) and self._bytewise(step):
                yield self._sign_bytes(sink.function, target)
            elif isinstance(sink.function, ThresholdTable):
                yield self._thresholds(sink.function, target)
            elif sink.function is not None:
                yield self._line(sink.function, target, step.value_range)
            else:
                yield SinkRecord(target=target, function=IDENTITY)

    def _lines(
        self, steps: ThresholdTable, target: TensorRecord, values: Range
    ) -> Iterator[SinkRecord]:
        """Sixteen channels after the other as lines where those are exact."""
        line, exact = line_of(steps, values)
        for channels, straight in runs(exact):
            part = _part(target, channels)
            if straight:
                record = self._line(line.channels(channels), part, values)
            else:
                record = self._thresholds(steps.channels(channels), part)
            record.channel = channels.start
            yield record

    def _thresholds(self, steps: ThresholdTable, target: TensorRecord) -> SinkRecord:
        return SinkRecord(
            target=target,
            function=THRESHOLDS,
            levels=steps.thresholds.shape[1],
            low=steps.low,
            flip=self._pointer(_padded(np.where(steps.flip, -1, 0))),
            thresholds=self._pointer(_padded(steps.thresholds.T)),
        )

    def _line(self, line: Line, target: TensorRecord, values: Range) -> SinkRecord:
        wide = "" if line.fits(values) else "wide_"
        kind: type = np.int64 if wide else np.int32
        tables = {"gain": line.gain, "offset": line.offset}
        return SinkRecord(
            target=target,
            function=WIDE_LINE if wide else LINE,
            low=line.low,
            high=line.high,
            shift=self._pointer(_padded(line.shift)),
            **{f"{wide}{name}": self._pointer(_padded(x, kind)) for name, x in tables.items()},
        )


def runs(exact: np.ndarray) -> Iterator[tuple[slice, bool]]:
    """Stretches of whole groups of sixteen channels that are all exact, or not all."""
    groups = [bool(exact[c : c + _LANES].all()) for c in range(0, len(exact), _LANES)]
    first = 0
    for index in range(1, len(groups) + 1):
        if index == len(groups) or groups[index] != groups[first]:
            yield slice(first * _LANES, min(index * _LANES, len(exact))), groups[first]
            first = index


def _part(tensor: TensorRecord, channels: slice) -> TensorRecord:
    """Some channels of a tensor, from a multiple of sixteen on."""
    part = TensorRecord.from_buffer_copy(tensor)
    part.offset += value_bytes(tensor.storage, channels.start)
    part.channels = channels.stop - channels.start
    return part


def value_bytes(storage: int, channels: int) -> int:
    """Bytes of `channels` channels of a pixel."""
    if storage == BITS:
        return -(-channels // 8)
    return 4 * channels if storage == I32 else channels


def _fits_byte_twice(kind: TensorType) -> bool:
    """Whether a signed byte holds the sum of two values."""
    return 2 * kind.low >= -128 and 2 * kind.high <= 127


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


def by_columns(weights: np.ndarray, kernel: int) -> np.ndarray:
    """Weights (out, ky * kx * C) -> (out, kx * ky, C), the order of patches in the engine."""
    taps = weights.reshape(len(weights), kernel, kernel, -1)
    return taps.swapaxes(1, 2).reshape(len(weights), kernel * kernel, -1)


def binary_words(weights: np.ndarray, kernel: int) -> np.ndarray:
    """Weights of 0 and 1 -> uint64 (words, out up to a multiple of 8), inverted: the ones of
    patch ^ words are the weights that agree. Each pixel begins with a byte."""
    outputs = len(weights)
    rows = stored(1 - by_columns(weights.astype(np.uint8), kernel), BITS).reshape(outputs, -1)
    rows = np.pad(rows, ((0, -outputs % 8), (0, -rows.shape[1] % 8)))
    return np.ascontiguousarray(rows).view(np.uint64).T


def byte_weights(weights: np.ndarray, kernel: int) -> np.ndarray:
    """Weights -> int8 (words of 4, out up to a multiple of 16, 4)."""
    rows = by_columns(weights, kernel).reshape(len(weights), -1)
    rows = np.pad(rows, ((0, -len(rows) % _LANES), (0, -rows.shape[1] % 4)))
    return rows.reshape(len(rows), -1, 4).transpose(1, 0, 2).astype(np.int8)
