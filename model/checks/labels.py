# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Labels by themselves: numbers that are none, squares without area, points far outside theirs,
persons in both splits."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from model.checks.findings import Finding, Labelled, images

# A point further from its square's centre than this share of the side is far outside.
FAR = 1.0


def label_findings(data: Labelled) -> Iterator[Finding]:
    """What is wrong with landmarks, visibility, squares, normalisers and splits."""
    dataset = data.dataset
    points, visible, box, norm = dataset.landmarks, dataset.visible, dataset.box, dataset.norm
    finite = np.isfinite(points).all(axis=2)
    area = np.isfinite(box).all(axis=1) & (box[:, 2] > 0)
    with np.errstate(invalid="ignore", divide="ignore"):
        distance = np.abs(points - box[:, None, :2]).max(axis=2) / box[:, None, 2]
    far = (visible & finite & area[:, None] & (distance > FAR)).any(axis=1)
    unseen = np.logical_not(visible.any(axis=1))
    yield from _each(
        (
            (visible & ~finite).any(axis=1), "visible landmarks that are no numbers",
            "set visible to False there", True,
        ),
        (unseen, "no visible landmark", "leave them out", True),
        (~area, "a box without area", "make it centre x, centre y and side, above 0", True),
        (
            np.asarray(norm <= 0), "a normaliser of 0 or less",
            "make it NaN, and they don't count", True,
        ),
        (
            far, "landmarks more than a box's side from its centre",
            "look at them: labels or box are wrong, or the points are not visible", False,
        ),
    )  # fmt: skip
    if np.isnan(norm).all():
        yield Finding("no image has a normaliser", "give one to those that shall count")
    yield from _splits(data)


def _each(*rows: tuple[np.ndarray, str, str, bool]) -> Iterator[Finding]:
    for wrong, what, remedy, fatal in rows:
        if wrong.any():
            yield Finding(f"{what} in {images(wrong)}", remedy, fatal)


def _splits(data: Labelled) -> Iterator[Finding]:
    unknown = ~np.isin(data.split, ("train", "test"))
    if unknown.any():
        yield Finding(f"an unknown split in {images(unknown)}", "name it train or test")
    if data.group is None:
        return
    train, test = (data.group[data.split == split] for split in ("train", "test"))
    both = np.intersect1d(train, test)
    if len(both):
        yield Finding(
            f"{len(both):,} groups are in both splits (the first: {both[0]})",
            "move each to one of them: a test on known persons says little",
        )
