# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Combinations of run_pynq.py's options that make no sense are refused in one clear line."""

from __future__ import annotations

import pytest

from hls.common.errors import InputError
from host.app.options import is_loopback, parse_options


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("", "nothing to do"),
        ("--loop", "nothing to do"),
        ("--camera --backend fpga", "unknown backend 'fpga'; there are auto, board, rtl"),
        ("--camera --save gone/x.mp4", "cannot write gone/x.mp4: there is no folder gone"),
        ("--camera --video x.mp4", "--camera and --video: give one source"),
        ("--camera --loop", "--loop only makes sense with --video"),
        ("--video x.mp4 --size 640x480", "--size only makes sense with --camera"),
        ("--camera --size 640", "WIDTHxHEIGHT"),
        ("--camera --data x.npz", "--data only makes sense with --bench"),
        ("--bench 5 --data x.npz --box 1,1,20", "leave --box out"),
        ("--bench 0", "--bench 0: give a whole number, 1 or more"),
        ("--bench 5 --http", "leave --http out"),
        ("--bench 5 --save x.mp4", "leave --save out"),
        ("--bench 5 --json", "leave --json out"),
        ("--camera --faces 2 --box 1,1,20", "leave --faces out"),
        ("--camera --faces 0", "--faces 0: give a whole number, 1 to 16"),
        ("--camera --check -1", "--check -1"),
        ("--camera --max-frames 0", "--max-frames 0"),
        ("--camera --save x.png", "name a video"),
        ("--camera --save folder/", "name a video"),
        ("--video x.mp4 --loop --save y.mp4", "--max-frames"),
        ("--camera --token x", "--token only makes sense with --http"),
        ("--camera --address 0.0.0.0", "--address only makes sense with --http"),
        ("--camera --jpeg-quality 50", "--jpeg-quality only makes sense with --http"),
        ("--camera --http --jpeg-quality 101", "--jpeg-quality 101: give a whole number, 1 to 100"),
        ("--camera --http --stream-fps 0", "--stream-fps 0"),
        ("--camera --http 70000", "--http 70000"),
        ("--bench 5 --views auto", "--views auto is for a camera or video"),
        ("--camera --views 5", "--views 5: give one of 1, 2, 4, 8, 16, or auto"),
    ],
)
def test_what_makes_no_sense_is_one_clear_line(arguments: str, words: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_options(arguments.split())
    assert words in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("arguments", "views"),
    [
        ("--image x.png", 1),
        ("--video x.mp4", 1),
        ("--video x.mp4 --http --save y.mp4", 1),
        ("--camera --bench 5", 1),
        ("--camera", "auto"),
        ("--video x.mp4 --http", "auto"),
        ("--video x.mp4 --views auto", "auto"),
        ("--camera --views 8", 8),
        ("--bench 5 --views 16", 16),
    ],
)
def test_a_live_stream_takes_as_many_views_as_keep_up(arguments: str, views: object) -> None:
    assert parse_options(arguments.split()).views == views


def test_which_addresses_only_this_machine_reaches() -> None:
    assert [is_loopback(a) for a in ("127.0.0.1", "localhost", "::1", "127.5.5.5")] == [True] * 4
    assert [is_loopback(a) for a in ("0.0.0.0", "::", "192.168.2.99", "pynq")] == [False] * 4


def test_help_is_in_groups(capsys) -> None:
    with pytest.raises(SystemExit):
        parse_options(["--help"])
    text = capsys.readouterr().out
    for heading in ("input:", "engine:", "results:", "live page:", "examples:"):
        assert heading in text
    assert "(later)" not in text and "not there yet" not in text
