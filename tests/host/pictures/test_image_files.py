# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Images come in and go out whole, or one line says why not."""

from __future__ import annotations

import zlib
from pathlib import Path

import numpy as np
import pytest

from hls.common.errors import InputError
from host.pictures.image_files import make_folder, output_paths, read_image, write_png


def test_round_trip_keeps_the_colours(tmp_path: Path) -> None:
    image = np.random.default_rng(0).integers(0, 256, (5, 7, 3), dtype=np.uint8)
    write_png(tmp_path / "a.png", image)
    np.testing.assert_array_equal(read_image(tmp_path / "a.png"), image)
    assert [path.name for path in tmp_path.iterdir()] == ["a.png"]


def test_a_colour_profile_is_ignored_in_silence(tmp_path: Path, capfd) -> None:
    image = np.random.default_rng(0).integers(0, 256, (5, 7, 3), dtype=np.uint8)
    write_png(tmp_path / "a.png", image)
    data, body = (tmp_path / "a.png").read_bytes(), b"iCCPwrong\0\0profile"
    chunk = (len(body) - 4).to_bytes(4, "big") + body + zlib.crc32(body).to_bytes(4, "big")
    # Behind the signature and the header.
    (tmp_path / "b.png").write_bytes(data[:33] + chunk + data[33:])
    np.testing.assert_array_equal(read_image(tmp_path / "b.png"), image)
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("length", range(8, 60))
def test_a_png_that_is_cut_off(tmp_path: Path, length: int) -> None:
    write_png(tmp_path / "a.png", np.zeros((5, 7, 3), np.uint8))
    (tmp_path / "b.png").write_bytes((tmp_path / "a.png").read_bytes()[:length])
    with pytest.raises(InputError, match=r"b\.png is not an image"):
        read_image(tmp_path / "b.png")


@pytest.mark.parametrize("content", [b"", b"no image", b"\x89PNG\r\n\x1a\n"])
def test_not_an_image(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.jpg").write_bytes(content)
    with pytest.raises(InputError, match=r"x\.jpg is not an image"):
        read_image(tmp_path / "x.jpg")


def test_no_such_file_and_a_folder(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No such file"):
        read_image(tmp_path / "gone.jpg")
    with pytest.raises(InputError, match="directory"):
        read_image(tmp_path)


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot write"):
        write_png(tmp_path / "gone" / "a.png", np.zeros((2, 2, 3), np.uint8))
    (tmp_path / "b.png").mkdir()
    with pytest.raises(InputError, match="cannot write"):
        write_png(tmp_path / "b.png", np.zeros((2, 2, 3), np.uint8))
    assert [path.name for path in tmp_path.iterdir()] == ["b.png"]


def test_output_paths(tmp_path: Path) -> None:
    one, same = Path("in/face.jpg"), Path("other/face.png")
    assert output_paths(f"{tmp_path}/a.PNG", [one]) == [tmp_path / "a.PNG"]
    assert output_paths(f"{tmp_path}/new", [one]) == [tmp_path / "new" / "face.png"]
    found = output_paths(f"{tmp_path}/new/", [one, same])
    assert found == [tmp_path / "new" / "face.png", tmp_path / "new" / "face-2.png"]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("save", "count", "words"),
    [("a.png", 2, "folder"), ("a.jpg", 1, "PNG"), ("gone/a.png", 1, "no folder")],
)
def test_output_paths_that_cannot_be(tmp_path: Path, save: str, count: int, words: str) -> None:
    with pytest.raises(InputError, match=words):
        output_paths(str(tmp_path / save), [Path("x.jpg")] * count)


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot make the folder"):
        make_folder(tmp_path / "file" / "deep")
    make_folder(tmp_path / "one" / "deep")
    make_folder(tmp_path / "one" / "deep")
    assert (tmp_path / "one" / "deep").is_dir()
