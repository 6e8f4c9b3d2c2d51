# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Pictures of the test split that training sees too, or nearly so."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import cv2
import numpy as np
from tqdm import tqdm

from model.checks.findings import Finding, Labelled

# A picture's print is its grey values at this side, their mean taken off, of length 1.
SIDE = 16
# Two cuts of one picture have a scalar product above this; two pictures hardly ever do.
ALIKE = 0.975


def prints(pictures: Sequence[np.ndarray], name: str = "") -> np.ndarray:
    """Prints (N, SIDE * SIDE) of pictures (H, W, 3) uint8; of an even one all are zero."""
    rows = np.empty((len(pictures), SIDE * SIDE), np.float32)
    for index in tqdm(range(len(pictures)), name, unit="picture", disable=None):
        grey = cv2.cvtColor(pictures[index], cv2.COLOR_RGB2GRAY)
        small = cv2.resize(grey, (SIDE, SIDE), interpolation=cv2.INTER_AREA).astype(np.float32)
        values = small.ravel() - small.mean()
        rows[index] = values / max(float(np.linalg.norm(values)), 1e-6)
    return rows


def twins(left: np.ndarray, right: np.ndarray, batch: int = 1024) -> np.ndarray:
    """For each print of `left` its most alike in `right`, -1 where none is above ALIKE."""
    found = np.full(len(left), -1)
    for start in range(0, len(left), batch):
        products = left[start : start + batch] @ right.T
        best = products.argmax(axis=1)
        alike = products[np.arange(len(best)), best] > ALIKE
        found[start : start + batch] = np.where(alike, best, -1)
    return found


def duplicate_findings(data: Labelled) -> Iterator[Finding]:
    """Test pictures that are in the training split as well."""
    test, train = (np.flatnonzero(data.split == split) for split in ("test", "train"))
    if not len(test) or not len(train):
        return
    values = prints(data.dataset.images, "prints")
    found = twins(values[test], values[train])
    twice = np.flatnonzero(found >= 0)
    if len(twice):
        first, other = test[twice[0]], train[found[twice[0]]]
        yield Finding(
            f"{len(twice):,} test images are in the training split too, or nearly so (the first:"
            f" {first}, as {other})",
            "leave them out of one of the splits",
            fatal=False,
        )
