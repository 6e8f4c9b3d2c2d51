# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""A chip that ends with the landmark decoder, from the graph to the simulated RTL."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from bitstream_flow.artifacts.build import Build
from bitstream_flow.fifos.depths import size_fifos
from bitstream_flow.plan.converters import absorb_borders, insert_converters
from bitstream_flow.plan.files import save_graph
from bitstream_flow.plan.folding import Target, fold
from bitstream_flow.verify.gate import Comparison
from bitstream_flow.verify.implementations import rtl_tensors
from bitstream_flow.verify.landmarks import with_landmarks
from hls.common.errors import InputError
from hls.common.records import values_of
from hls.graph.decoder import end_with_decoder, heatmap_graph
from hls.graph.graph import Graph
from hls.graph.reference import run_reference
from hls.streams.landmarks import decode
from host.api.base import Result
from host.backends import open_backend
from host.simulated.offline import RtlSimulation
from tests.bitstream_flow.builds import EXPORTED, make_bundle, make_chip
from tests.hls.operators.operator_check import needs_simulation
from tests.networks import DECODER, manifest_of, tiny_hourglass

FRAMES = 4


@pytest.fixture(scope="module")
def logical() -> Graph:
    return end_with_decoder(tiny_hourglass(), DECODER)


@pytest.fixture(scope="module")
def images(logical: Graph) -> np.ndarray:
    shape = (FRAMES, *logical.tensors["image"].shape)
    return np.random.default_rng(1).integers(0, 256, shape, dtype=np.uint8)


def test_the_decoder_comes_and_goes(logical: Graph) -> None:
    bare = tiny_hourglass()
    assert logical.output == "landmarks" and logical.tensors["landmarks"].shape == (1, 5, 3)
    assert heatmap_graph(logical) == bare and heatmap_graph(bare) is bare


def test_landmarks_of_others_are_decoded_from_their_heatmaps(logical, images) -> None:
    bare = heatmap_graph(logical)
    assert with_landmarks(len, bare) is len
    wanted = with_landmarks(lambda part: run_reference(bare, part), logical)(images)
    assert set(wanted) == set(logical.tensors)
    np.testing.assert_array_equal(
        wanted["landmarks"][:, 0, :, :2], decode(wanted["heatmaps"], DECODER)[0]
    )
    wrong = {**wanted, "landmarks": wanted["landmarks"] + 1}
    line = Comparison("RTL")
    line.add(wanted, wrong)
    assert line.first is not None and line.first.tensor == "landmarks"


@needs_simulation
def test_the_rtl_returns_landmarks(logical, images, tmp_path) -> None:
    chip = make_chip(logical, 800)
    interval = chip.interval
    bundle = make_bundle(tmp_path / "bundle", logical, chip, size_fifos(chip, interval))
    reference = run_reference(logical, images)
    tensors, simulated, *_ = rtl_tensors(bundle.folder, chip, images)
    for name in set(tensors) & set(reference):
        np.testing.assert_array_equal(tensors[name], reference[name], name)
    assert "landmarks" in tensors and interval <= simulated <= 1.1 * interval
    output = RtlSimulation(bundle, print).simulate(images).outputs[0]
    with open_backend("golden", bundle) as golden:
        found, wanted = Result.of_output(bundle, output), golden.infer(images)
    assert found.heatmaps is None and wanted.heatmaps is None
    for result in (found, wanted):
        positions, scores = decode(reference["heatmaps"], DECODER)
        np.testing.assert_array_equal(result.landmarks, positions)
        np.testing.assert_array_equal(result.scores, scores)


def test_heatmaps_do_not_wait_for_the_decoder(logical: Graph) -> None:
    """It keeps what it needs inside, though it needs them for the frame's end alone."""
    folded = fold(absorb_borders(logical), Target(3000))
    head = replace(folded.node("heatmaps.op").op, pe=5)
    chip = insert_converters(folded.with_ops({"heatmaps.op": head}))
    interval = chip.interval
    depths = {depth.name: depth.depth for depth in size_fifos(chip, interval)}
    assert depths["heatmaps"] + depths["heatmaps.x1"] <= 4


@pytest.mark.parametrize("made_with", [True, False, None])
def test_a_build_remembers_its_decoder(tmp_path, monkeypatch, made_with) -> None:
    monkeypatch.setenv("LANDMARK_BUILD", str(tmp_path))
    folder = tmp_path / "face-tiny-Pynq-Z1"
    for part in ("bundle", "export", "frontend"):
        (folder / part).mkdir(parents=True)
    exported = folder / "export" / "face-tiny.manifest.json"
    exported.write_text(json.dumps(values_of(EXPORTED)))
    save_graph(tiny_hourglass(), folder / "frontend")
    # Bundles from before there was a choice say nothing.
    manifest = values_of(replace(manifest_of(tiny_hourglass()), target_fps=10.0))
    manifest.pop("decode")
    manifest |= {} if made_with is None else {"decode": made_with}
    (folder / "bundle" / "manifest.json").write_text(json.dumps(manifest))
    build = Build.existing("face-tiny", "Pynq-Z1")
    assert build.frame_rate == 10.0
    assert build.logical.output == ("landmarks" if made_with else "heatmaps")
    assert build.exported.decoder == DECODER
    exported.write_text("{}")
    with pytest.raises(
        InputError, match="lacks the entry 'config': run make bitstream CONFIG=face"
    ):
        _ = build.exported
