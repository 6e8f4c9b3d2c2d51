# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""What a network sees of labels: a shift that all share, and left and right swapped.

The mean of a network's landmarks on a picture and on its mirror image, mirrored back, leans neither
left nor right whatever the network learned. Labels that lie to one side of it on average are
shifted: that is proof. Up and down has no such symmetry: labels are compared with those that the
network was trained on, and either can be the shifted ones.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from hls.streams.landmarks import DecoderSettings
from hls.streams.mirror import flip_table
from model.checks.findings import Finding, Labelled, images
from model.config import Config
from model.data.dataset import Dataset
from model.evaluation.crops import Run, views_of

# Shares of the normaliser, for faces and for poses: a landmark further off than WRONG says nothing
# about a shift; a shift is told from SHIFTED on, if it is SURE times its standard error; labels are
# taken for swapped where the network agrees with them to NEAR after they change places.
WRONG = {"nme": 0.15, "pck": 0.3}
SHIFTED = {"nme": 0.002, "pck": 0.02}
NEAR = {"nme": 0.1, "pck": 0.3}
SURE = 3.0
SEED = 0


@dataclass(frozen=True)
class Seen:
    """Some images of a data set, `chosen` (N,) of all, their mirror-symmetric landmarks (N, K, 2)
    in their pixels, and whose each is (N,)."""

    dataset: Dataset
    chosen: np.ndarray
    points: np.ndarray
    group: np.ndarray
    config: Config

    @property
    def metric(self) -> str:
        """The network's: faces' or poses'."""
        return self.config.data.metric


def sample(data: Labelled, count: int) -> np.ndarray:
    """Images with a normaliser, in order: at most `count` of each source, drawn by a fixed seed."""
    random, usable = np.random.default_rng(SEED), np.isfinite(data.dataset.norm)
    masks = list(data.dataset.subsets.values()) or [np.ones(len(usable), bool)]
    drawn = [random.permutation(np.flatnonzero(mask & usable))[:count] for mask in masks]
    return np.unique(np.concatenate(drawn))


def look(
    run: Run, decoder: DecoderSettings, config: Config, data: Labelled, count: int, name: str
) -> Seen:
    """Run a network over a sample and its mirror images."""
    chosen = sample(data, count)
    part = data.dataset.at(chosen)
    found = views_of(run, decoder, part, config, 2, name=name)[0].mean(axis=0)
    side = part.box[:, None, 2:] * config.data.crop
    corner = part.box[:, None, :2] - side / 2
    points = (found + 0.5) * side / config.network.input_size + corner
    group = chosen if data.group is None else data.group[chosen]
    return Seen(part, chosen, points, group, config)


def _shares(seen: Seen, points: np.ndarray, visible: np.ndarray) -> np.ndarray:
    """Distances (N, K) from labels, in normalisers; NaN for hidden ones."""
    distance = np.linalg.norm(points - seen.dataset.landmarks, axis=2)
    return np.where(visible, distance / seen.dataset.norm[:, None], np.nan)


def shift_of(seen: Seen, mask: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """How far labels of the images `mask` (N,) lie right of and below what was seen: mean (2,) and
    standard error (2,) in pixels, each group of pictures (a person's) counted once."""
    data = seen.dataset
    near = _shares(seen, seen.points, data.visible) <= WRONG[seen.metric]
    offset = np.where(near[..., None], data.landmarks - seen.points, np.nan)
    usable = mask & near.any(axis=1)
    means = np.nanmean(offset[usable], axis=1)
    groups = seen.group[usable]
    rows = np.array([means[groups == group].mean(axis=0) for group in np.unique(groups)])
    if len(rows) < 2:
        return np.full(2, np.nan), np.full(2, np.nan)
    return rows.mean(axis=0), rows.std(axis=0, ddof=1) / np.sqrt(len(rows))


def shift_findings(seen: Seen) -> Iterator[Finding]:
    """Labels that lie beside what a network sees, for each source."""
    masks = seen.dataset.subsets or {"": np.ones(len(seen.chosen), bool)}
    for source, mask in masks.items():
        shift, error = shift_of(seen, mask)
        shares = shift / float(np.mean(seen.dataset.norm[mask]))
        large = (np.abs(shares) >= SHIFTED[seen.metric]) & (np.abs(shift) >= SURE * error)
        if not large.any():
            continue
        words = [
            f"{abs(shift[axis]):.2f} px ({abs(shares[axis]):.2%} of the normaliser, standard error"
            f" {error[axis]:.2f} px) {sides[int(shift[axis] > 0)]}"
            for axis, sides in enumerate((("to the left", "to the right"), ("above", "below")))
            if large[axis]
        ]
        move = ", ".join(
            f"{-value:.2f}" if big else "0" for value, big in zip(shift, large, strict=True)
        )
        sure = "x is proven by mirror symmetry" if large[0] else ""
        loose = f"y only relative to the labels that {seen.config.name} learned" if large[1] else ""
        whose = f"labels of source {source}" if source else "labels"
        reason = "; ".join(filter(None, (sure, loose)))
        yield Finding(
            f"{whose} lie {' and '.join(words)} of what is seen ({reason})",
            f"set shifts = {{ \"{source}\" = [{move}] }} in the configuration" if source
            else f"add ({move}) to them, if that holds for your convention",
            fatal=False,
        )  # fmt: skip


def swap_findings(seen: Seen) -> Iterator[Finding]:
    """Labels that agree with the network once left and right change places."""
    data, table = seen.dataset, flip_table(seen.points.shape[1])
    both = data.visible & data.visible[:, table]
    plain, swapped = (
        np.nansum(_shares(seen, points, both), axis=1) / np.maximum(both.sum(axis=1), 1)
        for points in (seen.points, seen.points[:, table])
    )
    wrong = (swapped < plain / 2) & (swapped <= NEAR[seen.metric])
    if not wrong.any():
        return
    everywhere = wrong.mean() > 0.5
    where = np.zeros(int(seen.chosen.max()) + 1, bool)
    where[seen.chosen[wrong]] = True
    yield Finding(
        f"left and right are swapped in {images(where)} of {len(wrong):,} looked at",
        "change the order of the landmarks: left and right are the person's own"
        if everywhere else "look at them, and change the order of their landmarks",
        fatal=bool(everywhere),
    )  # fmt: skip
