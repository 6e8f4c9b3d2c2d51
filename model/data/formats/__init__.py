# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Published data sets in their official formats: name -> load(folder, split) -> Dataset."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from model.data.dataset import Dataset
from model.data.formats import aflw, aflw2000, aflw_pifa, lsp, mpii, w300, w300_lp

DATA_SETS: dict[str, Callable[[Path, str], Dataset]] = {
    "mpii": mpii.load,
    "300w-lp": w300_lp.load,
    "aflw2000-3d": aflw2000.load,
    "aflw": aflw.load,
    "aflw-pifa": aflw_pifa.load,
    "aflw-pifa-all": aflw_pifa.load_all,
    "300w": w300.load,
    "lsp": lsp.load,
    "lsp-extended": lsp.load_extended,
}
