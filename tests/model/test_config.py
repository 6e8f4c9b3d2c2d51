# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Every mistake in a configuration is one line that names the key and what is allowed."""

from __future__ import annotations

from pathlib import Path

import pytest

from hls.common.errors import InputError
from model.config import FOLDER, config_names, load_config


@pytest.mark.parametrize("name", config_names())
def test_shipped_configurations_load(name: str) -> None:
    assert load_config(name).network.map_size * 4 == load_config(name).network.input_size


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("network.colour=1", "unknown key colour in \\[network\\]; known: input_size"),
        ("network.width=30", "width = 30 is not allowed: a multiple of 4, because a block splits"),
        ("network.stem_width=2", "stem_width = 2 is not allowed"),
        ("network.depth=9", "depth = 9 is not allowed: 1 to 6"),
        ("network.input_size=40", "input_size = 40 is not allowed: a multiple of 16 at depth 2"),
        ("network.residual_bits=1", "residual_bits = 1 is not allowed: 2 to 8"),
        ("network.width=32.5", "width = 32.5 in \\[network\\] must be a int"),
        ("network.activation='tanh'", "activation = 'tanh' is not allowed"),
        ("training.epochs=0", "epochs = 0 is not allowed: above 0"),
        ("data.rotation=400", "rotation = 400 is not allowed: 0 to 180"),
        ("network.width=true", "width = True in \\[network\\] must be a int"),
        ("network.real=1", "real = 1 in \\[network\\] must be a bool"),
        ("network.cardinality=3", "cardinality = 3 is not allowed: a divisor of 8"),
        ("network.high_width=64", "high_width = 64 is not allowed: 0 to width = 32"),
        ("training.distil=2", "distil = 2 is not allowed: 0 to 1"),
        ("data.file='faces'", "file = 'faces' is not allowed: the name of an .npz file"),
        ("nowhere.width=1", "unknown section \\[nowhere\\]"),
        ("width", "write section.key=value"),
        ("network.width=}", "is no TOML value"),
    ],
)
def test_mistakes_name_the_key(override: str, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        load_config("face-tiny", [override])
    assert "\n" not in str(caught.value)


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(InputError, match=r"unknown configuration 'face'; known: .*face-tiny"):
        load_config("face")


def test_broken_toml(tmp_path) -> None:
    (tmp_path / "bad.toml").write_text("[network")
    with pytest.raises(InputError, match=r"bad\.toml is not valid TOML"):
        load_config("bad", folder=tmp_path)


def test_a_missing_key_is_named(tmp_path) -> None:
    (tmp_path / "few.toml").write_text("[network]\ninput_size = 64\n")
    with pytest.raises(InputError, match=r"few\.toml: .*stem_width"):
        load_config("few", folder=tmp_path)


def test_a_base_gives_what_a_file_leaves_out(tmp_path) -> None:
    write_base(tmp_path, "child", 'base = "parent"\n[network]\nwidth = 64\n')
    parent, child = (load_config(name, folder=tmp_path) for name in ("parent", "child"))
    assert child.network.width == 64 and child.training == parent.training
    assert child.network.depth == parent.network.depth


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('base = "child"', r"child\.toml: base = 'child' comes back to itself"),
        ('base = "other"', r"other\.toml: base = 'child' comes back to itself"),
        ('base = "absent"', "unknown configuration 'absent'"),
        ('base = "parent"\nwidth = 3', r"child\.toml: width stands outside \[network\], \[data\]"),
        (
            'base = "parent"\n[network]\ninput_size = 16\ndepth = 2\n[training]\nhalf_size = 0.5\n',
            r"child\.toml: half_size = 0\.5 is not allowed: 0, since 8 is no 16-fold",
        ),
    ],
)
def test_mistakes_in_a_base_are_named(tmp_path, text: str, message: str) -> None:
    write_base(tmp_path, "child", text)
    (tmp_path / "other.toml").write_text('base = "child"')
    with pytest.raises(InputError, match=message):
        load_config("child", folder=tmp_path)


def write_base(folder: Path, name: str, text: str) -> None:
    (folder / "parent.toml").write_text((FOLDER / "face-z1.toml").read_text())
    (folder / f"{name}.toml").write_text(text)
