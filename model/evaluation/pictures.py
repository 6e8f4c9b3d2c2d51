# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Pictures of what a network found (green the truth, red what was found) and of its errors."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence

import cv2
import numpy as np

from model.evaluation.metrics import image_errors

_TRUTH, _FOUND, _SIDE = (60, 200, 60), (230, 40, 40), 192


def drawn(image: np.ndarray, truth: np.ndarray, found: np.ndarray, label: str = "") -> np.ndarray:
    """One input (S, S, 3) enlarged, with points (K, 2) in its pixels and a line of text."""
    zoom = _SIDE / len(image)
    picture = cv2.resize(image, (_SIDE, _SIDE), interpolation=cv2.INTER_LINEAR)
    for points, colour in ((truth, _TRUTH), (found, _FOUND)):
        for x, y in ((points + 0.5) * zoom).tolist():
            cv2.circle(picture, (round(x), round(y)), 2, colour, -1, cv2.LINE_AA)
    if label:
        cv2.putText(picture, label, (4, 14), cv2.FONT_HERSHEY_SIMPLEX, 0.42, (255, 255, 0), 1)
    return picture


def gallery(
    images: Sequence[np.ndarray] | np.ndarray,
    truth: Sequence[np.ndarray] | np.ndarray,
    found: Sequence[np.ndarray] | np.ndarray,
    labels: Sequence[str],
    columns: int = 4,
) -> np.ndarray:
    """Drawn inputs side by side, row after row."""
    views = [drawn(*each) for each in zip(images, truth, found, labels, strict=True)]
    blank = np.zeros_like(views[0])
    views += [blank] * (-len(views) % columns)
    rows = [np.hstack(views[i : i + columns]) for i in range(0, len(views), columns)]
    return np.vstack(rows)


def largest(errors: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """The images of errors (N, K) with the largest mean error, worst first, and those errors."""
    counted = np.flatnonzero((~np.isnan(errors)).any(axis=1))
    means = image_errors(errors)
    order = np.argsort(-means, kind="stable")[:count]
    return counted[order], means[order]


def failures(
    images: np.ndarray, truth: np.ndarray, found: np.ndarray, errors: np.ndarray, count: int = 12
) -> np.ndarray:
    """Gallery of the images with the largest errors, with the landmarks that count."""
    worst, means = largest(errors, count)
    counted = [~np.isnan(errors[index]) for index in worst]
    points, guesses = (
        [each[i][mask] for i, mask in zip(worst, counted, strict=True)] for each in (truth, found)
    )
    return gallery(images[worst], points, guesses, [f"{mean:.3f}" for mean in means])


def png(picture: np.ndarray) -> bytes:
    """An RGB picture as a PNG file."""
    return cv2.imencode(".png", picture[:, :, ::-1])[1].tobytes()


def curves(limits: np.ndarray, shares: Mapping[str, np.ndarray], what: str, error: str) -> bytes:
    """Cumulative error curves as a PNG file: the share of `what` within each limit of `error`."""
    from matplotlib.figure import Figure  # slow to import, and training has no use for it

    figure = Figure(figsize=(5, 3.6), layout="constrained")
    axes = figure.subplots()
    for name, share in shares.items():
        axes.plot(limits, 100 * share, label=name)
    axes.set(xlim=(0, limits[-1]), ylim=(0, 100), xlabel=error, ylabel=f"% of {what} within")
    axes.grid(alpha=0.3)
    axes.legend(loc="lower right")
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=120)
    return file.getvalue()
