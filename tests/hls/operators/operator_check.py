# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""What every operator has to pass: RTL and HLS C++ against its numpy reference."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import pytest

from hls.operators.operator import NO_CONSTANTS, Constants, Operator
from hls.simulate import cpp
from hls.simulate.rtl import Run, build, operator_design
from hls.streams.tensor import TensorType

# (source, sink) stall; with an odd seed a stalling sink waits for valid before it gets ready.
STALLS = (((0.5, 0.0), 2), ((0.0, 0.5), 3), ((0.3, 0.3), 4), ((0.7, 0.2), 5), ((0.3, 0.6), 6))
IDLE_LIMIT = 5_000
SETTLE = 12


needs_simulation = pytest.mark.simulation


def random_frames(tensor: TensorType, frames: int, random: np.random.Generator) -> np.ndarray:
    """Frames over the whole range of the type."""
    shape = (frames, *tensor.shape)
    return random.integers(tensor.low, tensor.high, shape, endpoint=True).astype(np.int32)


def check_operator(
    op: Operator,
    constants: Constants | None = None,
    frames: int = 3,
    seed: int = 0,
    slack: int = 4,
) -> None:
    """RTL and HLS C++ equal the reference, the RTL with all kinds of stalls.

    Its `cycles` and `needs` are exact.

    `slack` is how many cycles a frame may take beyond `op.cycles`.
    """
    constants = NO_CONSTANTS if constants is None else constants
    random = np.random.default_rng(seed)
    images = [random_frames(stream.tensor, frames, random) for stream in op.inputs]
    expected = op.reference(*images, constants=constants)
    twin = cpp.simulate_operator(op, images, constants)
    for port, frame in enumerate(expected):
        np.testing.assert_array_equal(twin.outputs[port], frame, f"C++ port {port}")
    with tempfile.TemporaryDirectory() as folder:
        simulator = build(operator_design(op, constants, Path(folder)))

        def run(**options: object) -> Run:
            result = simulator.run(images, idle_limit=IDLE_LIMIT, **options)
            for port, frame in enumerate(expected):
                np.testing.assert_array_equal(result.outputs[port], frame, f"port {port} {options}")
            return result

        check_cycles(op, run(), slack)
        for stall, stall_seed in STALLS:
            run(stall=stall, seed=stall_seed)
        gap = burst(op) + op.latency + SETTLE
        check_needs(op, run(gap=gap, seed=seed), frames, gap)


def check_cycles(op: Operator, run: Run, slack: int) -> None:
    """Frames leave every `op.cycles` cycles or a few more."""
    simulated = run.frame_ends[-1] - run.frame_ends[-2]
    assert op.cycles <= simulated <= op.cycles + slack, (simulated, op.cycles)


def burst(op: Operator) -> int:
    """Cycles for the most output beats that one input beat can set free, across a frame's end."""
    needs = op.needs().sum(axis=1)
    _, counts = np.unique(needs, return_counts=True)
    return int(2 * counts.max()) * -(-op.cycles // len(needs))


def check_needs(op: Operator, run: Run, frames: int, gap: int) -> None:
    """At the end of each gap just those output beats have left whose needs were offered."""
    per_frame = np.array([stream.beats for stream in op.inputs])
    needs = np.concatenate([op.needs() + frame * per_frame for frame in range(frames)])
    assert needs.shape == (op.outputs[0].beats * frames, len(op.inputs))
    for end in range(gap, run.cycles, gap):
        offered = np.array([(log[:, 0] <= end).sum() for log in run.input_cycles])
        left = (run.output_cycles[0] <= end).sum()
        assert left == (needs <= offered).all(axis=1).sum(), (offered, left)
