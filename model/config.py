# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Configurations: `configs/<name>.toml` as frozen dataclasses, every value checked.

Unknown keys and illegal values are InputErrors that name the file, the key and what is allowed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

import tomllib

from hls.common.errors import InputError

FOLDER = Path(__file__).parent / "configs"
ACTIVATIONS = ("none", "relu", "prelu", "rprelu")
BLOCKS = ("hpm", "bottleneck", "wider", "multi-scale", "multi-scale-no-1x1")
METRICS = ("nme", "pck")
LOSSES = ("sigmoid", "softmax", "l2")
PRECISIONS = ("fp32", "bf16")
SCHEDULES = ("cosine", "step")
STRIDE = 4


def _require(condition: bool, key: str, value: object, allowed: str) -> None:
    if not condition:
        raise InputError(f"{key} = {value!r} is not allowed: {allowed}")


def _require_split(key: str, value: int) -> None:
    split = "a multiple of 4, because a block splits into 1/2, 1/4 and 1/4"
    _require(value >= 4 and value % 4 == 0, key, value, split)


_CHOICES: dict[str, tuple[object, ...]] = {
    "stem_kernel": (3, 7),
    "stacks": (1, 2, 3),
    "block": BLOCKS,
    "activation": ACTIVATIONS,
    "pool": ("max", "average"),
    "merge": ("sum", "concat"),
    "padding": (-1, 0),
}


@dataclass(frozen=True)
class NetworkConfig:
    """The network: square uint8 input, maps of a quarter of its side (design of the paper).

    `high_width` is the width of the blocks before the one that widens to `width` (the paper's 128
    of 256); 0 stands for `width`, and then nothing has to widen. `branch_gain` is what a block's
    output BatchNorms start with, over the gain that fills the residual's range. `real` gives the
    real-valued twin: ReLU for the sign, no quantiser, zero padding.
    """

    input_size: int
    stem_width: int
    width: int
    depth: int
    landmarks: int
    high_width: int = 0
    stem_kernel: int = 3
    stacks: int = 1
    block: str = "hpm"
    cardinality: int = 1
    activation: str = "none"
    learned_shift: bool = False
    pool: str = "max"
    merge: str = "sum"
    padding: int = -1
    residual_bits: int = 4
    stem_weight_bits: int = 4
    head_weight_bits: int = 8
    branch_gain: float = 0.4
    real: bool = False

    def __post_init__(self) -> None:
        for key in ("stem_width", "width"):
            _require_split(key, getattr(self, key))
        if self.high_width:
            _require_split("high_width", self.high_width)
            narrow = self.high_width <= self.width
            _require(narrow, "high_width", self.high_width, f"0 to width = {self.width}")
        _require(1 <= self.depth <= 6, "depth", self.depth, "1 to 6")
        step = STRIDE * 2**self.depth
        fits = self.input_size >= step and self.input_size % step == 0
        _require(fits, "input_size", self.input_size, f"a multiple of {step} at depth {self.depth}")
        _require(1 <= self.landmarks <= 1024, "landmarks", self.landmarks, "1 to 1024")
        for key in ("residual_bits", "stem_weight_bits", "head_weight_bits"):
            _require(2 <= getattr(self, key) <= 8, key, getattr(self, key), "2 to 8")
        _require(self.branch_gain > 0, "branch_gain", self.branch_gain, "above 0")
        quarter = min(self.width, self.high_width or self.width) // 4
        groups = self.cardinality >= 1 and quarter % self.cardinality == 0
        _require(groups, "cardinality", self.cardinality, f"a divisor of {quarter}")
        for key, allowed in _CHOICES.items():
            _require(getattr(self, key) in allowed, key, getattr(self, key), f"one of {allowed}")

    @property
    def inexact(self) -> str:
        """Why the network can't run in integers on the hardware; empty where it can."""
        reasons = {
            "real = true: the weights and activations are real numbers": self.real,
            "padding = 0: zero is not a bit": self.padding == 0,
            "cardinality > 1: there is no grouped binary convolution": self.cardinality > 1,
        }
        return next((reason for reason, holds in reasons.items() if holds), "")

    @property
    def map_size(self) -> int:
        """Side of the heatmaps."""
        return self.input_size // STRIDE


@dataclass(frozen=True)
class Source:
    """One data file: `format` is `packed` (an .npz file) or a name of model.data.formats, whose
    official files are in the folder `file`; `subset` names the images to train on where not all
    are wanted. An image is drawn `weight` times per epoch on average. `shifts` moves the labels of
    a packed file's `source` by pixels of its pictures, (x, y) each: `{ merl = [-0.2, -0.2] }`.
    """

    file: str
    format: str = "packed"
    subset: str = ""
    weight: float = 1.0
    shifts: Mapping[str, Sequence[float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.format == "packed":
            _require(self.file.endswith(".npz"), "file", self.file, "the name of an .npz file")
        _require(0 < self.weight <= 100, "weight", self.weight, "above 0, up to 100")
        for name, shift in self.shifts.items():
            pair = isinstance(shift, Sequence) and len(shift) == 2
            numbers = pair and all(isinstance(value, int | float) for value in shift)
            _require(numbers, f"shifts.{name}", shift, "[x, y] in pixels")


@dataclass(frozen=True)
class DataConfig:
    """Which data sets, what the network sees of them, and how far augmentation goes.

    `files` are those to train on; `file`, `format` and `subset` say the same of a single one. The
    test images are those of the first, unless `test_file` and `test_format` name others.
    `faceless` is the share of training squares that show no face and whose heatmaps are empty, cut
    from the surroundings of the training faces and from `faceless_files` (see model.data.faceless).
    `metric` is what training reports: NME or PCK@0.5. `crop` is the side of the square that the
    network sees over the side of the data's box; the rest are degrees, a factor, shares of the box,
    and a probability.
    """

    file: str = ""
    format: str = "packed"
    test_file: str = ""
    test_format: str = ""
    subset: str = ""
    files: tuple[Source, ...] = ()
    faceless: float = 0.0
    faceless_files: tuple[Source, ...] = ()
    metric: str = "nme"
    crop: float = 1.0
    rotation: float = 30.0
    scale: float = 0.2
    shift: float = 0.08
    colour: float = 0.3
    flip: float = 0.5

    def __post_init__(self) -> None:
        one = bool(self.file) != bool(self.files)
        _require(one, "file", self.file, "one file, or several in files, not both")
        assert self.sources  # a Source checks its own values
        _require(0 <= self.faceless <= 0.9, "faceless", self.faceless, "0 to 0.9")
        _require(self.metric in METRICS, "metric", self.metric, f"one of {METRICS}")
        _require(0.2 <= self.crop <= 3, "crop", self.crop, "0.2 to 3")
        limits = {"rotation": 180.0, "scale": 0.9, "shift": 0.5, "colour": 0.9, "flip": 1.0}
        for key, high in limits.items():
            _require(0 <= getattr(self, key) <= high, key, getattr(self, key), f"0 to {high}")

    @property
    def sources(self) -> tuple[Source, ...]:
        """What is trained on."""
        return self.files or (Source(self.file, self.format, self.subset),)

    @property
    def test_source(self) -> Source:
        """Where the test images are."""
        first = self.sources[0]
        if not self.test_file and not self.test_format:
            return replace(first, subset="")
        return Source(self.test_file or first.file, self.test_format or first.format)


@dataclass(frozen=True)
class TrainingConfig:
    """The recipe: Adam; sigma in heatmap pixels.

    The first `half_size` share of the epochs sees pictures of half the side; until `real_weights`
    of the epochs only activations are binary (two-stage training). `distil` is the teacher's share
    in the targets. `weight_decay` acts on latent weights in the first stage only. `average` keeps
    a moving average of the weights beside them, the share of the old one in each step (0: none);
    it is what is evaluated and saved then.
    """

    epochs: int
    batch_size: int
    learning_rate: float
    sigma: float
    loss: str = "sigmoid"
    schedule: str = "cosine"
    weight_decay: float = 0.0
    half_size: float = 0.0
    real_weights: float = 0.0
    distil: float = 0.0
    average: float = 0.0
    precision: str = "fp32"
    seed: int = 0

    def __post_init__(self) -> None:
        for key in ("epochs", "batch_size", "learning_rate", "sigma"):
            _require(getattr(self, key) > 0, key, getattr(self, key), "above 0")
        _require(0 <= self.average < 1, "average", self.average, "0 to below 1")
        for key in ("half_size", "real_weights", "distil", "weight_decay"):
            _require(0 <= getattr(self, key) <= 1, key, getattr(self, key), "0 to 1")
        choices = {"loss": LOSSES, "schedule": SCHEDULES, "precision": PRECISIONS}
        for key, allowed in choices.items():
            _require(getattr(self, key) in allowed, key, getattr(self, key), f"one of {allowed}")


@dataclass(frozen=True)
class Config:
    """A named configuration."""

    name: str
    network: NetworkConfig
    data: DataConfig
    training: TrainingConfig

    def __post_init__(self) -> None:
        side, step = self.network.input_size // 2, STRIDE * 2**self.network.depth
        fits = not self.training.half_size or side % step == 0
        _require(fits, "half_size", self.training.half_size, f"0, since {side} is no {step}-fold")

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
    values = _read(path)
    for override in overrides:
        _apply(values, override)
    try:
        return parse_config(name, values)
    except InputError as error:
        raise InputError(f"{path.name}: {error}") from None


def _read(path: Path, above: tuple[str, ...] = ()) -> dict[str, Any]:
    """A configuration's values; its `base` gives those that it doesn't name itself."""
    if not path.is_file():
        raise InputError(f"unknown configuration {path.stem!r}; known: {', '.join(config_names())}")
    try:
        values = tomllib.loads(path.read_text())
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{path.name} is not valid TOML: {error}") from None
    base, chain = values.pop("base", None), (*above, path.stem)
    plain = next((key for key, value in values.items() if not isinstance(value, dict)), None)
    if plain is not None:
        raise InputError(f"{path.name}: {plain} stands outside [{'], ['.join(SECTIONS)}]")
    if base is None:
        return values
    if base in chain:
        raise InputError(f"{path.name}: base = {base!r} comes back to itself")
    inherited = _read(path.with_name(f"{base}.toml"), chain)
    merged = {key: inherited.get(key, {}) | values.get(key, {}) for key in inherited | values}
    return _one_kind_of_files(merged, values.get("data", {}))


def _one_kind_of_files(merged: dict[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """A configuration that names `file` leaves its base's `files` behind, and the reverse."""
    for given, other in (("file", "files"), ("files", "file")):
        if given in own and other not in own:
            merged["data"].pop(other, None)
    return merged


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
    checked = {key: _typed(section, key, str(known[key].type), v) for key, v in values.items()}
    try:
        return kind(**checked)
    except TypeError as error:
        raise InputError(f"[{section}]: {error}") from None


_TYPES: dict[str, tuple[type, ...]] = {
    "int": (int,),
    "float": (int, float),
    "str": (str,),
    "bool": (bool,),
    "tuple[Source, ...]": (list, tuple),
    "Mapping[str, Sequence[float]]": (dict,),
}


def _typed(section: str, key: str, kind: str, value: Any) -> Any:
    """The value if it is of its field's kind; tables of files become Sources."""
    fits = isinstance(value, _TYPES[kind]) and isinstance(value, bool) == (kind == "bool")
    if not fits:
        raise InputError(f"{key} = {value!r} in [{section}] must be a {kind}")
    if kind != "tuple[Source, ...]":
        return value
    if not all(isinstance(item, dict) for item in value):
        raise InputError(f"{key} = {value!r} in [{section}] must be tables: [{{ file = '…' }}, …]")
    return tuple(_section(f"{section}.{key}", Source, item) for item in value)


def _apply(values: dict[str, Any], override: str) -> None:
    key, equals, text = override.partition("=")
    section, dot, name = key.partition(".")
    if not (equals and dot):
        raise InputError(f"--set {override!r}: write section.key=value")
    try:
        value = {name: tomllib.loads(f"v = {text}")["v"]}
    except tomllib.TOMLDecodeError:
        raise InputError(f"--set {override!r}: {text!r} is no TOML value") from None
    values.setdefault(section, {}).update(value)
    _one_kind_of_files(values, value if section == "data" else {})
