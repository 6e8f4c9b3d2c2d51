# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""QONNX -> FINN's hardware graph -> our graph, compared with PyTorch after every stage."""

from __future__ import annotations

import contextlib
import io
import logging
import os
import warnings
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import numpy as np
from qonnx.core.modelwrapper import ModelWrapper
from qonnx.transformation.base import Transformation
from tqdm import tqdm

from bitstream_flow.frontend.execute import execute_named
from bitstream_flow.frontend.hardware import ToHardware
from bitstream_flow.frontend.importer import import_graph
from bitstream_flow.frontend.lowering import LowerToChannelsLast
from bitstream_flow.frontend.thresholds import AbsorbIntoThresholds, FoldWeights
from bitstream_flow.frontend.xnor import BipolarToXnor
from hls.common.errors import InputError
from hls.graph.graph import Graph

FINN_GRAPH = "finn_hw.onnx"
STAGES: dict[str, type[Transformation]] = {
    "weights": FoldWeights,
    "thresholds": AbsorbIntoThresholds,
    "channels-last": LowerToChannelsLast,
    "xnor": BipolarToXnor,
    "hardware": ToHardware,
}
Expected = Callable[[np.ndarray], Mapping[str, np.ndarray]]


class StageError(InputError):
    """A stage changed a result."""


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """FINN and qonnx print and warn a lot about what is as it should be."""
    logging.disable(logging.WARNING)
    with contextlib.ExitStack() as stack, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        stack.enter_context(contextlib.redirect_stdout(io.StringIO()))
        stack.callback(logging.disable, logging.NOTSET)
        yield


def compile_qonnx(path: Path, work: Path, expected: Expected | None = None) -> Graph:
    """Run every stage, keep each in `work` as <stage>.onnx and the last as finn_hw.onnx.

    `expected` gives the right named tensors of some images; a stage that differs is a StageError.
    """
    if not path.is_file():
        raise InputError(f"QONNX file {path} is missing")
    os.environ.setdefault("FINN_BUILD_DIR", str(work))
    try:
        model = ModelWrapper(str(path))
    except Exception as error:
        raise InputError(f"{path} is no ONNX file: {error}") from None
    _, channels, height, width = model.get_tensor_shape(model.graph.input[0].name)
    images = probes(height, width, channels)
    wanted = expected(images) if expected else {}
    for name, stage in tqdm(STAGES.items(), "FINN", unit="stage", disable=None):
        with quiet():
            model = model.transform(stage(), make_deepcopy=False)
            compare_stage(name, model, images, wanted)
        model.save(str(work / (FINN_GRAPH if name == "hardware" else f"{name}.onnx")))
    return import_graph(model, path.stem)


def compare_stage(
    name: str, model: ModelWrapper, images: np.ndarray, wanted: Mapping[str, np.ndarray]
) -> None:
    """StageError with the first tensor and position where a stage's integers are not `wanted`."""
    got = execute_named(model, images) if wanted else {}
    for tensor, values in wanted.items():
        if tensor not in got:
            raise StageError(f"stage {name} lost the tensor {tensor}")
        where = np.argwhere(got[tensor] != values)
        if len(where):
            place = tuple(int(i) for i in where[0])
            raise StageError(
                f"stage {name} changes {tensor} at (frame, y, x, channel) = {place}:"
                f" expected {values[place]}, got {got[tensor][place]}"
            )


def probes(height: int, width: int, channels: int) -> np.ndarray:
    """Two images: noise, and halves of 0 and 255."""
    noise = np.random.default_rng(0).integers(0, 256, (1, height, width, channels), dtype=np.uint8)
    halves = np.zeros_like(noise)
    halves[:, :, width // 2 :] = 255
    return np.concatenate([noise, halves])
