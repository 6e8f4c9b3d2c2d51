# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""The backend `golden`: the golden model in numpy, on any CPU."""

from __future__ import annotations

import numpy as np

from host.api.base import Backend, Result
from host.bundle.bundle import Bundle
from host.golden.model import Golden


class GoldenBackend(Backend):
    """The golden model, which defines what every other backend must give."""

    name = "golden"

    def __init__(self, bundle: Bundle) -> None:
        super().__init__(bundle)
        self._golden = Golden(bundle.graph)

    def _run(self, images: np.ndarray, heatmaps: bool) -> Result:
        return Result.of_output(self.bundle, self._golden.run(images), heatmaps)
