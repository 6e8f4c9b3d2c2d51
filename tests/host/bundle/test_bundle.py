# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""A bundle loads whole and unchanged, or says in one line what is wrong."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest

from hls.common.errors import InputError
from hls.graph.graph import constants_of, to_json
from hls.streams.confidence import Confidence, Logistic
from hls.streams.landmarks import DecoderSettings
from host.bundle.bundle import default_bundle, load_bundle
from host.bundle.packed_weights import pack_constants, unpack_constants
from host.bundle.seal import seal_values
from tests.networks import hourglass_net, landmark_net, write_test_bundle


@pytest.fixture()
def folder(tmp_path: Path) -> Path:
    (tmp_path / "bundle" / "rtl" / "mem").mkdir(parents=True)
    (tmp_path / "bundle" / "rtl" / "dataflow.sv").write_text("module dataflow; endmodule\n")
    (tmp_path / "bundle" / "rtl" / "mem" / "w.mem").write_text("00\n")
    return write_test_bundle(tmp_path / "bundle")


def _refused(folder: Path, *words: str) -> None:
    with pytest.raises(InputError) as caught:
        load_bundle(folder)
    line = str(caught.value)
    assert "\n" not in line and all(word in line for word in words), line


def _edit(folder: Path, **changes: object) -> None:
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps(manifest | changes))


def _reseal(folder: Path, drop: str = "", **changes: object) -> None:
    manifest = json.loads((folder / "manifest.json").read_text()) | changes
    manifest.pop(drop, None)
    seal_values(folder, manifest)


def test_round_trip(folder: Path) -> None:
    bundle, graph = load_bundle(folder), hourglass_net()
    assert bundle.graph == graph
    expected = dict(constants_of(graph))
    for name, got in constants_of(bundle.graph):
        np.testing.assert_array_equal(got, expected[name], err_msg=name)
    assert bundle.input.tensor == graph.tensors["image"] and bundle.stride == 4
    assert [path.name for path in bundle.rtl_sources] == ["dataflow.sv"]
    assert [path.name for path in bundle.rtl_memories] == ["w.mem"]


def test_constants_are_narrow() -> None:
    graph = hourglass_net()
    packed = pack_constants(graph)
    for node in graph.nodes:
        if node.op.module == "xnor_mvu":
            values = packed[f"{node.name}.weights"]
            assert values.dtype == np.uint8
            assert values.shape[1] == -(-node.op.inputs[0].tensor.channels // 8)
    assert all(values.dtype.itemsize <= 4 for values in packed.values())
    assert set(unpack_constants(to_json(graph), packed)) == set(packed)


@pytest.mark.parametrize("name", ["weights.npz", "rtl/dataflow.sv", "rtl/mem/w.mem"])
def test_a_flipped_bit_and_a_missing_file(folder: Path, name: str) -> None:
    data = bytearray((folder / name).read_bytes())
    data[len(data) // 2] ^= 1
    (folder / name).write_bytes(data)
    _refused(folder, name, "damaged")
    (folder / name).unlink()
    _refused(folder, name, "missing")


def test_every_flipped_bit_of_the_manifest_is_seen(folder: Path) -> None:
    whole = (folder / "manifest.json").read_bytes()
    canonical = json.loads(whole)
    for place in np.random.default_rng(0).integers(0, len(whole), 60):
        data = bytearray(whole)
        data[place] ^= 4
        (folder / "manifest.json").write_bytes(data)
        try:
            if json.loads(data) == canonical:
                continue
        except ValueError:
            pass
        _refused(folder, "manifest.json")


def test_another_version_or_format(folder: Path) -> None:
    _edit(folder, version=1)
    _refused(folder, "version 1", "build the bundle again")
    _edit(folder, format="zip")
    _refused(folder, "not a bundle")
    (folder / "manifest.json").write_text("[]")
    _refused(folder, "not a bundle")
    (folder / "manifest.json").write_text("{")
    _refused(folder, "damaged")


def test_no_folder_and_no_manifest(tmp_path: Path) -> None:
    _refused(tmp_path, "manifest.json")
    _refused(tmp_path / "nowhere", "manifest.json")


def test_a_file_outside_the_bundle(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("host.bundle.seal._manifest_sha256", lambda manifest: "same")
    _edit(folder, checksums={"../../etc/passwd": "0"}, manifest_sha256="same")
    _refused(folder, "outside")


@pytest.mark.parametrize("entry", ["graph", "clock_mhz", "crop", "decoder", "joins", "output"])
def test_a_lacking_entry(folder: Path, entry: str) -> None:
    _reseal(folder, drop=entry)
    _refused(folder, "lacks", entry)


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ({"graph": []}, "'graph' that is [], not an object"),
        ({"graph": {"nodes": [3]}}, "wrong entry 'graph'"),
        ({"clock_mhz": "fast"}, "'clock_mhz' that is 'fast', not a number"),
        ({"clock_mhz": True}, "'clock_mhz' that is True, not a number"),
        ({"board": None}, "'board' that is None, not text"),
        ({"joins": []}, "'joins' that is [], not an object"),
        ({"joins": {"add": "left"}}, "'joins.add' that is 'left', not a list"),
        ({"crop": 2}, "'crop' that is 2, not an object"),
        ({"crop": {}}, "lacks the entry 'crop.scale'"),
        (
            {"decoder": {"floor": 0, "shift": 99}},
            "wrong entry 'decoder': landmark decoder: shift 99",
        ),
        ({"checksums": None}, "'checksums' that is None, not an object"),
    ],
    ids=str,
)
def test_an_entry_of_another_kind(
    folder, change: dict[str, object], line: str, monkeypatch
) -> None:
    monkeypatch.setattr("host.bundle.seal._manifest_sha256", lambda manifest: "same")
    _edit(folder, **change, manifest_sha256="same")
    _refused(folder, "manifest.json", line, "build the bundle again")


def test_corrupt_or_pickled_weights(folder: Path) -> None:
    (folder / "weights.npz").write_bytes(b"PK\x03\x04 no archive")
    _reseal(folder)
    _refused(folder, "weights.npz")
    np.savez(folder / "weights.npz", evil=np.array([{}], object))
    _reseal(folder)
    _refused(folder, "weights.npz")


def test_a_weight_that_is_missing_or_has_the_wrong_length(folder: Path) -> None:
    graph = hourglass_net()
    packed = pack_constants(graph)
    name = next(f"{n.name}.weights" for n in graph.nodes if n.op.module == "xnor_mvu")
    np.savez(folder / "weights.npz", **{**packed, name: packed[name][:, :-1]})
    _reseal(folder)
    _refused(folder, name)
    del packed[name]
    np.savez(folder / "weights.npz", **packed)
    _reseal(folder)
    _refused(folder, name)


def test_a_stream_that_is_not_the_graphs(folder: Path) -> None:
    manifest = json.loads((folder / "manifest.json").read_text())
    _reseal(folder, input={**manifest["input"], "height": 32})
    _refused(folder, "image")


def test_a_decoder_that_is_not_the_graphs(tmp_path: Path) -> None:
    folder = write_test_bundle(tmp_path, landmark_net(), decoder=DecoderSettings(1234, 3))
    _refused(folder, "1234", "decoder", "build the bundle again")


def test_confidences(tmp_path: Path) -> None:
    known = Confidence(Logistic(1e-3, -2.0), 0.05, Logistic(2e-3, 1.0), 0.25)
    assert load_bundle(write_test_bundle(tmp_path)).confidence is None
    folder = write_test_bundle(tmp_path, confidence=known)
    assert load_bundle(folder).confidence == known
    for wrong in ({"threshold": 2}, {"right": None}, {"face": None}):
        write_test_bundle(tmp_path, confidence=asdict(known) | wrong)
        _refused(folder, "confidence", "build the bundle again")
    write_test_bundle(tmp_path, confidence=0.5)
    _refused(folder, "confidence", "build the bundle again")


def test_sealing_leaves_one_file_and_may_be_repeated(folder: Path) -> None:
    before = (folder / "manifest.json").read_text()
    _reseal(folder)
    assert (folder / "manifest.json").read_text() == before
    assert not list(folder.glob("*.new"))


def test_the_default_bundle(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="make bitstream"):
        default_bundle(tmp_path)
    first = write_test_bundle(tmp_path / "a-board" / "bundle")
    assert default_bundle(tmp_path) == first
    write_test_bundle(tmp_path / "b-board" / "bundle")
    with pytest.raises(InputError, match="--bundle"):
        default_bundle(tmp_path)
