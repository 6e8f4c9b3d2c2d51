# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""To FINN's hardware layers, by FINN's own passes.

Order matters: thresholds first, or the matrix units swallow them; InferPool writes an Im2Col that
InferConvInpGen then takes; streams are duplicated last.
"""

from __future__ import annotations

import os
import tempfile

from qonnx.core.modelwrapper import ModelWrapper
from qonnx.transformation.base import Transformation
from qonnx.transformation.general import GiveUniqueNodeNames

from hls.common.errors import InputError


def passes() -> list[Transformation]:
    """FINN's passes in the order that keeps every stage equal."""
    os.environ.setdefault("FINN_BUILD_DIR", tempfile.gettempdir())
    from finn.transformation.fpgadataflow.convert_to_hw.binary_matrix_vector_activation import (
        InferBinaryMatrixVectorActivation,
    )
    from finn.transformation.fpgadataflow.convert_to_hw.concat import InferConcatLayer
    from finn.transformation.fpgadataflow.convert_to_hw.conv_inp_gen import InferConvInpGen
    from finn.transformation.fpgadataflow.convert_to_hw.duplicate_streams import (
        InferDuplicateStreamsLayer,
    )
    from finn.transformation.fpgadataflow.convert_to_hw.elementwise_binary_operation import (
        InferElementwiseBinaryOperation,
    )
    from finn.transformation.fpgadataflow.convert_to_hw.pool import InferPool
    from finn.transformation.fpgadataflow.convert_to_hw.quantized_matrix_vector_activation import (
        InferQuantizedMatrixVectorActivation,
    )
    from finn.transformation.fpgadataflow.convert_to_hw.thresholding import InferThresholdingLayer
    from finn.transformation.fpgadataflow.convert_to_hw.upsample import InferUpsample

    return [
        InferThresholdingLayer(),
        InferBinaryMatrixVectorActivation(),
        InferQuantizedMatrixVectorActivation(),
        InferPool(),
        InferConvInpGen(),
        InferConcatLayer(),
        InferElementwiseBinaryOperation(),
        InferUpsample(),
        InferDuplicateStreamsLayer(),
        GiveUniqueNodeNames(),
    ]


class ToHardware(Transformation):
    """All of FINN's conversion passes; whatever they leave over is an InputError."""

    def apply(self, model: ModelWrapper) -> tuple[ModelWrapper, bool]:
        """Convert, then insist that nothing but FINN's layers is left."""
        for step in passes():
            model = model.transform(step)
        for node in model.graph.node:
            if not node.domain.startswith("finn.custom_op.fpgadataflow"):
                raise InputError(f"node {node.name}: FINN has no hardware layer for {node.op_type}")
        return model, False
