# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""The golden model equals the operators' references, tensor by tensor."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from hls.common.errors import InputError
from hls.graph.reference import run_reference
from hls.operators.pad import Pad
from hls.operators.threshold import Threshold
from hls.operators.upsample import Upsample
from host.golden.kernels import threshold_kernel
from host.golden.layer_bench import LAYERS
from host.golden.model import Golden, multiplications
from tests.networks import Builder, hourglass_net, landmark_net, write_test_bundle

ROOT = Path(__file__).resolve().parents[3]


def _images(net: Builder, count: int = 2) -> np.ndarray:
    shape = net.types["image"].shape
    return net.rng.integers(0, 256, (count, *shape), dtype=np.uint8)


def _assert_equal(net: Builder, output: str, count: int = 2) -> None:
    graph, images = net.graph(output), _images(net, count)
    expected, got = run_reference(graph, images), Golden(graph).run(images, keep=True)
    assert set(got) == set(expected)
    for name, values in expected.items():
        np.testing.assert_array_equal(got[name], values, err_msg=name)
        assert got[name].dtype == np.int32
        net.types[name].check(got[name])
    np.testing.assert_array_equal(Golden(graph).run(images), expected[output])


@pytest.mark.parametrize("seed", range(4))
def test_a_whole_hourglass(seed: int) -> None:
    graph = hourglass_net(size=16 + 4 * (seed % 2) * 4, depth=1 + seed % 2, seed=seed)
    images = np.random.default_rng(seed).integers(0, 256, (3, *graph.tensors["image"].shape))
    images = images.astype(np.uint8)
    expected, got = run_reference(graph, images), Golden(graph).run(images, keep=True)
    for name, values in expected.items():
        np.testing.assert_array_equal(got[name], values, err_msg=name)


def test_a_graph_that_ends_with_the_decoder() -> None:
    graph, images = landmark_net(), np.random.default_rng(0).integers(0, 256, (9, 16, 16, 3))
    expected = run_reference(graph, images)["landmarks"]
    got = Golden(graph).run(images.astype(np.uint8))
    np.testing.assert_array_equal(got, expected)
    assert got.shape == (9, 1, 68, 3) and got.dtype == np.int32


@pytest.mark.parametrize("channels", [1, 3, 7, 8, 9, 16, 65])
@pytest.mark.parametrize(
    ("kernel", "stride", "value"), [(1, 1, 0), (3, 1, 0), (3, 2, 1), (5, 3, 0)]
)
def test_binary_convolutions(channels: int, kernel: int, stride: int, value: int) -> None:
    net = Builder(7, 9, channels, seed=channels * kernel)
    bits = net.threshold("image", 1)
    x = net.window(net.pad(bits, kernel // 2, value), kernel, stride)
    _assert_equal(net, net.xnor(x, 5))


def test_a_binary_matrix_without_a_window_and_a_window_without_padding() -> None:
    net = Builder(5, 6, 11)
    x = net.threshold(net.xnor(net.threshold("image", 1), 10), 1)
    _assert_equal(net, net.xnor(net.window(x, 3), 4))


def test_lopsided_padding() -> None:
    net = Builder(4, 5, 3)
    bits = net.threshold("image", 1)
    (x,) = net.add(Pad(net.types[bits], 0, 2, 1, 3, value=1), bits)
    _assert_equal(net, net.xnor(net.window(x, 2), 3))


def test_pooling_drops_odd_edges_and_upsampling_repeats() -> None:
    net = Builder(7, 5, 4)
    x = net.pool(net.threshold("image", 4, True))
    (x,) = net.add(Upsample(net.types[x], 3), x)
    _assert_equal(net, x)


@pytest.mark.parametrize("bits", [4, 16])
def test_integer_products_in_float_and_double(bits: int) -> None:
    net = Builder(4, 4, 200 if bits == 4 else 40)
    _assert_equal(net, net.integer("image", 6, bits))


def test_a_threshold_over_a_range_too_wide_for_a_table(monkeypatch: pytest.MonkeyPatch) -> None:
    net = Builder(4, 4, 3)
    output = net.threshold(net.integer("image", 6), 3, True)
    monkeypatch.setattr("host.golden.kernels._LARGEST_TABLE", 10)
    _assert_equal(net, output)


def test_thresholds_that_count_never_or_always() -> None:
    net = Builder(2, 2, 1)
    table = np.array([[-5, 100, 300]], np.int32)
    op = Threshold(net.types["image"], 2, False)
    constants = {"thresholds": table, "flip": np.zeros(1, np.uint8)}
    every = np.arange(256, dtype=np.int32).reshape(1, 16, 16, 1)
    expected = op.reference(every, constants=constants)[0]
    np.testing.assert_array_equal(threshold_kernel(op, constants)(every), expected)


def test_batches_are_independent_and_may_be_empty() -> None:
    graph = hourglass_net()
    images = np.random.default_rng(0).integers(0, 256, (19, 16, 16, 3), dtype=np.uint8)
    golden = Golden(graph)
    together = golden.run(images)
    alone = np.concatenate([golden.run(images[i : i + 1]) for i in range(19)])
    np.testing.assert_array_equal(together, alone)
    assert golden.run(images[:0]).shape == (0, 4, 4, 68)


def test_images_of_another_size_are_refused() -> None:
    golden = Golden(hourglass_net())
    with pytest.raises(InputError, match=r"\(16, 16, 3\)"):
        golden.run(np.zeros((1, 8, 16, 3), np.uint8))
    with pytest.raises(InputError, match="N, H, W, C"):
        golden.run(np.zeros((16, 16, 3), np.uint8))


def test_multiplications_of_one_convolution() -> None:
    net = Builder(6, 6, 8)
    output = net.conv(net.threshold("image", 1), 4)
    assert multiplications(net.graph(output)) == 6 * 6 * 9 * 8 * 4


def _bench(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "host.golden", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True)


def test_bench_command(tmp_path: Path) -> None:
    run = _bench("--bundle", str(write_test_bundle(tmp_path / "bundle")), "--bench", "3")
    assert run.returncode == 0, run.stderr
    assert "frames/s" in run.stdout and "GMAC/s" in run.stdout and "load" in run.stdout


def test_bench_of_layers() -> None:
    run = _bench("--layers", "--bench", "3")
    assert run.returncode == 0, run.stderr
    rates = re.findall(r"(\d+)->\d+ at (\d+)x\d+: ([\d.]+) GMAC/s", run.stdout)
    assert [(int(channels), int(side)) for channels, side, _ in rates] == list(LAYERS)
    assert all(float(rate) > 0.1 for *_, rate in rates)


@pytest.mark.parametrize("arguments", [[], ["--layers", "--bench", "0"]])
def test_bench_of_nothing(arguments: list[str]) -> None:
    run = _bench(*arguments)
    assert run.returncode == 1 and run.stderr.startswith("error: ") and not run.stdout
