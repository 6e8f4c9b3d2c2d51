# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Configurations: `configs/<name>.toml` as frozen dataclasses, every value checked.

Unknown keys and illegal values are InputErrors that name the file, the key and what is allowed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import tomllib

from hls.errors import InputError

FOLDER = Path(__file__).parent / "configs"
ACTIVATIONS = ("none", "prelu")
LOSSES = ("sigmoid", "softmax")
STRIDE = 4


def _require(condition: bool, key: str, value: object, allowed: str) -> None:
    if not condition:
        raise InputError(f"{key} = {value!r} is not allowed: {allowed}")


@dataclass(frozen=True)
class NetworkConfig:
    """The network: square uint8 input, maps of a quarter of its side (design of the paper)."""

    input_size: int
    stem_width: int
    width: int
    depth: int
    landmarks: int
    residual_bits: int = 4
    stem_weight_bits: int = 4
    head_weight_bits: int = 8
    activation: str = "none"

    def __post_init__(self) -> None:
        for key in ("stem_width", "width"):
            value = getattr(self, key)
            split = "a multiple of 4, because a block splits into 1/2, 1/4 and 1/4"
            _require(value >= 4 and value % 4 == 0, key, value, split)
        _require(1 <= self.depth <= 6, "depth", self.depth, "1 to 6")
        step = STRIDE * 2**self.depth
        fits = self.input_size >= step and self.input_size % step == 0
        _require(fits, "input_size", self.input_size, f"a multiple of {step} at depth {self.depth}")
        _require(1 <= self.landmarks <= 1024, "landmarks", self.landmarks, "1 to 1024")
        for key in ("residual_bits", "stem_weight_bits", "head_weight_bits"):
            _require(2 <= getattr(self, key) <= 8, key, getattr(self, key), "2 to 8")
        _require(self.activation in ACTIVATIONS, "activation", self.activation, f"{ACTIVATIONS}")

    @property
    def map_size(self) -> int:
        """Side of the heatmaps."""
        return self.input_size // STRIDE


@dataclass(frozen=True)
class DataConfig:
    """Which packed data set, what the network sees of it, and how far augmentation goes.

    `crop` is the side of the square that the network sees over the side of the data's box; the
    rest are degrees, a factor, and shares of the box.
    """

    file: str
    crop: float = 1.0
    rotation: float = 30.0
    scale: float = 0.2
    shift: float = 0.08
    colour: float = 0.3

    def __post_init__(self) -> None:
        _require(self.file.endswith(".npz"), "file", self.file, "the name of an .npz file")
        _require(0.2 <= self.crop <= 3, "crop", self.crop, "0.2 to 3")
        for key, high in (("rotation", 180.0), ("scale", 0.9), ("shift", 0.5), ("colour", 0.9)):
            _require(0 <= getattr(self, key) <= high, key, getattr(self, key), f"0 to {high}")


@dataclass(frozen=True)
class TrainingConfig:
    """The recipe: Adam, one-cycle cosine; sigma in heatmap pixels."""

    epochs: int
    batch_size: int
    learning_rate: float
    sigma: float
    loss: str = "sigmoid"
    seed: int = 0

    def __post_init__(self) -> None:
        for key in ("epochs", "batch_size", "learning_rate", "sigma"):
            _require(getattr(self, key) > 0, key, getattr(self, key), "above 0")
        _require(self.loss in LOSSES, "loss", self.loss, f"{LOSSES}")


@dataclass(frozen=True)
class Config:
    """A named configuration."""

    name: str
    network: NetworkConfig
    data: DataConfig
    training: TrainingConfig

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for manifests."""
        return asdict(self)


SECTIONS = {"network": NetworkConfig, "data": DataConfig, "training": TrainingConfig}


def config_names() -> list[str]:
    """The configurations that have a file."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def load_config(name: str, overrides: Iterable[str] = (), folder: Path = FOLDER) -> Config:
    """Read `<folder>/<name>.toml`; `overrides` are `section.key=value` with TOML values."""
    path = folder / f"{name}.toml"
    if not path.is_file():
        raise InputError(f"unknown configuration {name!r}; known: {', '.join(config_names())}")
    try:
        values = tomllib.loads(path.read_text())
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{path.name} is not valid TOML: {error}") from None
    for override in overrides:
        _apply(values, override)
    try:
        return parse_config(name, values)
    except InputError as error:
        raise InputError(f"{path.name}: {error}") from None


def parse_config(name: str, values: Mapping[str, Mapping[str, Any]]) -> Config:
    """A configuration from nested plain values."""
    unknown = set(values) - set(SECTIONS)
    if unknown:
        raise InputError(f"unknown section [{min(unknown)}]; known: {', '.join(SECTIONS)}")
    parts: dict[str, Any] = {
        section: _section(section, kind, values.get(section, {}))
        for section, kind in SECTIONS.items()
    }
    return Config(name, **parts)


def _section(section: str, kind: type, values: Mapping[str, Any]) -> Any:
    known = {field.name: field for field in fields(kind)}
    unknown = set(values) - set(known)
    if unknown:
        raise InputError(f"unknown key {min(unknown)} in [{section}]; known: {', '.join(known)}")
    for key, value in values.items():
        wanted = {"int": (int,), "float": (int, float), "str": (str,)}[str(known[key].type)]
        if not isinstance(value, wanted) or isinstance(value, bool):
            raise InputError(f"{key} = {value!r} in [{section}] must be a {known[key].type}")
    try:
        return kind(**values)
    except TypeError as error:
        raise InputError(f"[{section}]: {error}") from None


def _apply(values: dict[str, Any], override: str) -> None:
    key, equals, text = override.partition("=")
    section, dot, name = key.partition(".")
    if not (equals and dot):
        raise InputError(f"--set {override!r}: write section.key=value")
    try:
        values.setdefault(section, {})[name] = tomllib.loads(f"v = {text}")["v"]
    except tomllib.TOMLDecodeError:
        raise InputError(f"--set {override!r}: {text!r} is no TOML value") from None
