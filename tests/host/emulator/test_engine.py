# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""The emulator equals the operators' references, fused and node by node."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hls.common.errors import InputError
from hls.graph.decoder import end_with_decoder
from hls.graph.graph import Graph
from hls.graph.reference import run_reference
from hls.operators.add_clip import AddClip
from hls.operators.average_pool import AveragePool
from hls.operators.concat import Concat
from hls.operators.fifo import Fifo
from hls.operators.int_mvu import IntMvu
from hls.operators.max_pool import MaxPool
from hls.operators.pad import Pad
from hls.operators.scale_clip import ScaleClip
from hls.operators.threshold import Threshold
from hls.operators.upsample import Upsample
from hls.operators.width_converter import WidthConverter
from hls.operators.window import Window
from hls.streams.landmarks import DecoderSettings, decode
from hls.streams.tensor import TensorType
from host.emulator import Emulator
from host.golden.model import Golden
from tests.networks import DECODER, Builder, hourglass_net, landmark_net

CHANNELS = (1, 3, 8, 16, 17, 33, 65, 130)


def _images(graph: Graph, count: int = 2, seed: int = 0) -> np.ndarray:
    kind = graph.tensors[graph.input]
    shape = (count, *kind.shape)
    images = np.random.default_rng(seed).integers(kind.low, kind.high + 1, shape)
    return images.astype(np.uint8 if kind.low == 0 and kind.high < 256 else np.int64)


def assert_equal(graph: Graph, images: np.ndarray) -> None:
    expected, emulator = run_reference(graph, images), Emulator(graph)
    got = emulator.run(images, keep=True)
    assert set(got) == set(expected)
    for name, values in expected.items():
        np.testing.assert_array_equal(got[name], values, err_msg=name)
        assert got[name].dtype == np.int32
    np.testing.assert_array_equal(emulator.run(images), expected[graph.output])


class Maker(Builder):
    """Appends random operators behind `x`."""

    def pick(self, *choices: int) -> int:
        return int(self.rng.choice(choices))

    def binary(self, x: str) -> str:
        kind = self.types[x]
        return x if (kind.bits, kind.signed) == (1, False) else self.threshold(x, 1)

    def patches(self, x: str) -> str:
        """A window over a border of its own, or over padding, or over both."""
        kernel = self.pick(1, 2, 3, 5, 7)
        kind = self.types[x]
        value, other = (min(self.pick(0, 1), kind.high) for _ in range(2))
        if self.pick(0, 1):
            sides = [self.pick(kernel - 1, kernel, 2 * kernel) for _ in range(4)]
            x = self.add(Pad(kind, *sides, value=value), x)[0]
        border = [0] * 4 if kernel == 1 else [self.pick(0, 1), self.pick(0, 1), 0, 0]
        if min(self.types[x].height, self.types[x].width) < kernel:
            x = self.pad(x, kernel, value)
        op = Window(self.types[x], kernel, self.pick(1, 1, 2, 3), *border, value=other)
        return self.add(op, x)[0]

    def product(self, x: str) -> str:
        out = self.pick(*CHANNELS)
        # Sums of more bits could not be compared with thresholds.
        widest = 9 if self.types[x].channels <= 130 else 8
        if self.pick(0, 1) or self.types[x].bits > 8:
            return self.xnor(self.patches(self.binary(x)), out)
        return self.integer(self.patches(x), out, self.pick(2, 4, 8, widest))

    def quantiser(self, x: str) -> str:
        if self.types[x].bits > 30:
            return x
        return self.threshold(x, self.pick(1, 1, 2, 4, 8), bool(self.pick(0, 1)))

    def line(self, x: str) -> str:
        kind = self.types[x]
        if kind.bits > 24:
            return x
        gain = self.rng.integers(-500, 500, kind.channels)
        offset = self.rng.integers(-(1 << 20), 1 << 20, kind.channels)
        op = ScaleClip(kind, self.pick(2, 4, 8), 10, 21, self.pick(0, 3, 11))
        return self.add(op, x, gain=gain, offset=offset)[0]

    def move(self, x: str) -> str:
        kind = self.types[x]
        return self.add(self.rng.choice([Fifo(kind), WidthConverter(kind)]), x)[0]

    def resize(self, x: str) -> str:
        kind = self.types[x]
        if min(kind.height, kind.width) >= 3:
            size = self.pick(2, 3)
            pool = AveragePool(kind) if self.pick(0, 1) else MaxPool(kind, size)
            return self.add(pool, x)[0]
        return self.add(Upsample(kind, self.pick(2, 3)), x)[0]

    def side_by_side(self, x: str) -> str:
        kind = self.types[x]
        parts = [*self.fork(x, 2)]
        if self.pick(0, 1) and kind.bits <= 30:
            parts = [self.threshold(part, 2) for part in parts]
        if kind.channels > 130:
            return self.sum(*parts)
        return self.add(Concat(tuple(self.types[part] for part in parts)), *parts)[0]

    def sum(self, a: str, b: str) -> str:
        return self.add(
            AddClip(self.types[a], self.pick(1, 4, 8, 20), bool(self.pick(0, 1))), a, b
        )[0]

    def enlarged_sum(self, x: str) -> str:
        """A skip and an enlarged maximum, as in an hourglass."""
        kind = self.types[x]
        if kind.height % 2 or kind.width % 2:
            return self.resize(x)
        skip, low = self.fork(x, 2)
        low = self.pool(low)
        low = self.add(Upsample(self.types[low]), low)[0]
        return self.sum(*((skip, low) if self.pick(0, 1) else (low, skip)))

    def grow(self, steps: int) -> Graph:
        """A chain of random operators; forks end in a sum or side by side."""
        x = "image"
        kinds = (
            self.product, self.quantiser, self.quantiser, self.line, self.move, self.resize,
            self.side_by_side, self.enlarged_sum,
        )  # fmt: skip
        for _ in range(steps):
            x = kinds[int(self.rng.integers(len(kinds)))](x)
            if self.types[x].pixels * self.types[x].channels > 40_000:
                x = self.product(x)
        return self.graph(self.quantiser(x) if x == "image" else x)


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 1 << 30), st.sampled_from(CHANNELS), st.integers(1, 9), st.integers(1, 9),
    st.integers(1, 8),
)  # fmt: skip
def test_random_graphs(seed: int, channels: int, height: int, width: int, steps: int) -> None:
    net = Maker(height, width, channels, seed)
    graph = net.grow(steps)
    if not graph.nodes:
        return
    assert_equal(graph, _images(graph, seed=seed))


@pytest.mark.parametrize("channels", CHANNELS)
@pytest.mark.parametrize("kernel", [1, 3, 7])
@pytest.mark.parametrize("stride", [1, 2])
def test_binary_convolutions(channels: int, kernel: int, stride: int) -> None:
    net = Builder(5, 7, channels, seed=channels + kernel)
    x = net.window(net.pad(net.threshold("image", 1), kernel // 2, stride - 1), kernel, stride)
    x, side = net.fork(net.xnor(x, channels), 2)
    parts = [net.threshold(x, 4, True), net.threshold(side, 4, True)]
    graph = net.graph(net.add(Concat((net.types[parts[0]],) * 2), *parts)[0])
    assert_equal(graph, _images(graph))


@pytest.mark.parametrize("size", [1, 2, 16])
def test_a_pixel_or_more(size: int) -> None:
    net = Builder(size, size, 96)
    x, skip = net.fork(net.threshold("image", 4, True), 2)
    x = net.threshold(net.conv(net.threshold(x, 1), 96), 4, True)
    graph = net.graph(net.join(x, skip))
    assert_equal(graph, _images(graph, 3))


@pytest.mark.parametrize("bits", [8, 9, 20])
@pytest.mark.parametrize("parts", [(4, True), (7, True), (6, False), (7, False)], ids=str)
def test_signs_of_sums(parts: tuple[int, bool], bits: int) -> None:
    """Sums that no byte holds, and those of bytes whose type is wider than a byte."""
    net = Builder(3, 5, 33, seed=bits)
    x, other = net.fork(net.threshold("image", *parts))
    total = net.add(AddClip(net.types[x], bits, True), x, other)[0]
    graph = net.graph(net.threshold(total, 1))
    assert_equal(graph, _images(graph, 3))


def test_many_words_per_patch() -> None:
    net = Builder(2, 3, 2200)
    graph = net.graph(net.xnor(net.threshold("image", 1), 9))
    assert_equal(graph, _images(graph))


@pytest.mark.parametrize("seed", range(3))
def test_a_whole_hourglass(seed: int) -> None:
    graph = hourglass_net(size=16 + 16 * (seed % 2), depth=1 + seed % 2, seed=seed)
    assert_equal(graph, _images(graph, 3, seed))


@pytest.mark.parametrize(("bits", "signed"), [(1, False), (1, True), (2, True), (8, False)])
@pytest.mark.parametrize("flips", [False, True])
def test_thresholds_at_every_value(bits: int, signed: bool, flips: bool) -> None:
    kind = TensorType(16, 16, 40, 8)
    table = np.sort(np.random.default_rng(bits).integers(-300, 300, (40, 2**bits - 1)), axis=1)
    table[0], table[1], table[2], table[3] = 0, 255, 256, -1
    flip = (np.arange(40) % 2).astype(np.uint8) * flips
    op = Threshold(kind, bits, signed, flips)
    net = Builder(16, 16, 40)
    graph = net.graph(net.add(op, "image", thresholds=table.astype(np.int32), flip=flip)[0])
    every = np.arange(256, dtype=np.uint8).reshape(1, 16, 16, 1).repeat(40, axis=3)
    assert_equal(graph, every)


def test_the_sign_of_zero_is_plus() -> None:
    net = Builder(1, 1, 1)
    net.types["image"] = TensorType(1, 1, 1, 4, True)
    zero = {"thresholds": np.zeros((1, 1), np.int32), "flip": np.zeros(1, np.uint8)}
    (x,) = net.add(Threshold(net.types["image"], 1, False), "image", **zero)
    values = np.array([-8, -1, 0, 1, 7]).reshape(5, 1, 1, 1)
    assert Emulator(net.graph(x)).run(values).ravel().tolist() == [0, 0, 1, 1, 1]


@pytest.mark.parametrize(("bits", "signed"), [(4, True), (8, True), (8, False), (32, True)])
def test_sums_saturate(bits: int, signed: bool) -> None:
    kind = TensorType(1, 1, 3, bits, signed)
    net = Builder(1, 1, 3)
    net.types["image"] = kind
    left, right = net.fork("image", 2)
    graph = net.graph(net.add(AddClip(kind, bits, signed), left, right)[0])
    high = min(kind.high, (1 << 31) - 1)
    assert_equal(graph, np.array([kind.low, high, high // 2], np.int64).reshape(1, 1, 1, 3))


def test_wide_products() -> None:
    net = Builder(3, 3, 5)
    net.types["image"] = TensorType(3, 3, 5, 16, True)
    weights = net.rng.integers(-2000, 2000, (4, 5)).astype(np.int32)
    (x,) = net.add(IntMvu(net.types["image"], 4, 12, 32), "image", weights=weights)
    assert_equal(net.graph(x), _images(net.graph(x)))


def test_landmarks_with_and_without_a_decoder() -> None:
    graph, decoding = hourglass_net(), landmark_net()
    images = _images(graph, 9)
    heatmaps = Golden(graph).run(images)
    positions, scores = decode(heatmaps, DECODER)
    for one in (graph, decoding):
        found, maps = Emulator(one, DECODER).decode(images, heatmaps=True)
        np.testing.assert_array_equal(found[:, 0, :, :2], positions)
        np.testing.assert_array_equal(found[:, 0, :, 2], scores)
        assert (maps is None) == (one is decoding)
    np.testing.assert_array_equal(
        Emulator(graph, DECODER).decode(images, heatmaps=True)[1], heatmaps
    )
    assert Emulator(graph, DECODER).decode(images)[1] is None
    with pytest.raises(InputError, match="give the decoder's settings"):
        Emulator(graph).decode(images)


def test_equal_maxima_and_corners() -> None:
    net = Builder(3, 4, 5)
    net.types["image"] = TensorType(3, 4, 5, 2)
    graph = end_with_decoder(
        net.graph(net.add(Fifo(net.types["image"]), "image")[0]), DecoderSettings(2, 0)
    )
    assert_equal(graph, _images(graph, 200))


def test_threads_and_batches_make_no_difference() -> None:
    graph = hourglass_net()
    images = _images(graph, 19)
    alone, shared = Emulator(graph), Emulator(graph, threads=3)
    expected = np.concatenate([alone.run(images[i : i + 1]) for i in range(19)])
    np.testing.assert_array_equal(shared.run(images), expected)
    np.testing.assert_array_equal(alone.run(images), expected)
    assert shared.run(images[:0]).shape == (0, 4, 4, 68)


def test_what_cannot_be_run_is_said() -> None:
    emulator = Emulator(hourglass_net())
    with pytest.raises(InputError, match=r"\(16, 16, 3\)"):
        emulator.run(np.zeros((1, 8, 16, 3), np.uint8))
    with pytest.raises(InputError, match="0 threads"):
        Emulator(hourglass_net(), threads=0)


class _Strange(Fifo):
    module = "strange"
    only_moves = False


def test_an_unknown_operator_is_named() -> None:
    net = Builder(2, 2, 1)
    graph = net.graph(net.add(_Strange(net.types["image"]), "image")[0])
    with pytest.raises(InputError, match="node strange0: the emulator knows no operator strange"):
        Emulator(graph).run(_images(graph))
