# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""What an export says of its network: written by model.export, read by the flow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hls.streams.confidence import Confidence
from hls.streams.landmarks import DecoderSettings


@dataclass(frozen=True)
class Crop:
    """`scale` is the side of the square that the network sees over the side of the face box."""

    scale: float


@dataclass(frozen=True)
class Exported:
    """`<config>.manifest.json` beside the QONNX file.

    `settings` is the whole configuration, `stride` image pixels per heatmap cell; `confidence` is
    None where the checkpoint has not been calibrated.
    """

    config: str
    settings: dict[str, Any]
    landmarks: int
    stride: int
    crop: Crop
    decoder: DecoderSettings
    checkpoint_sha256: str = ""
    qonnx_sha256: str = ""
    confidence: Confidence | None = None
