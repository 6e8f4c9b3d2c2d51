# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Checkpoint -> QONNX and a manifest: `python -m model.export --config face-tiny --out FOLDER`.

The output of every activation quantiser carries its module's dotted name, as in
`model.network.trace`, so that one name means one tensor from PyTorch to the RTL.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import hashlib
import io
import json
import logging
import tempfile
import warnings
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from brevitas.export import export_qonnx
from qonnx.core.datatype import DataType
from qonnx.core.modelwrapper import ModelWrapper
from qonnx.core.onnx_exec import execute_onnx
from qonnx.util.cleanup import cleanup_model

from hls.common.errors import InputError, run_command
from hls.common.records import values_of
from hls.streams.exported import Crop, Exported
from hls.streams.landmarks import DecoderSettings
from model.config import STRIDE, Config, load_config
from model.network.network import LandmarkNetwork
from model.network.rounding_ties import ties
from model.network.trace import traced_forward
from model.training.checkpoint import checkpoint_path, confidence_of, load_logits


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """The exporters print and warn a lot about things that are as they should be."""
    logging.disable(logging.WARNING)
    sink = io.StringIO()
    with warnings.catch_warnings(), contextlib.ExitStack() as stack:
        warnings.simplefilter("ignore")
        stack.enter_context(contextlib.redirect_stdout(sink))
        stack.enter_context(contextlib.redirect_stderr(sink))
        stack.callback(logging.disable, logging.NOTSET)
        yield


def export_network(config_name: str, checkpoint: Path | None, out: Path) -> Path:
    """Write `<config>.onnx` and `<config>.manifest.json` into `out`; returns the QONNX path."""
    config = exact_config(config_name)
    path = checkpoint or checkpoint_path(config_name)
    logits = load_logits(config, path)
    qonnx = export_qonnx_file(logits.network, out / f"{config_name}.onnx")
    exported = replace(
        describe(config, logits.decoder),
        checkpoint_sha256=_sha256(path),
        qonnx_sha256=_sha256(qonnx),
        confidence=confidence_of(path),
    )
    text = json.dumps(values_of(exported), indent=1)
    (out / f"{config_name}.manifest.json").write_text(text)
    return qonnx


def describe(config: Config, decoder: DecoderSettings) -> Exported:
    """What the later steps need to know of a network; files and confidences are not its own."""
    crop, landmarks = Crop(config.data.crop), config.network.landmarks
    return Exported(config.name, config.as_dict(), landmarks, STRIDE, crop, decoder)


def exact_config(name: str) -> Config:
    """The configuration; InputError where integers can't compute its network."""
    config = load_config(name)
    if config.network.inexact:
        raise InputError(f"{name} can't be exported: {config.network.inexact}")
    return config


def export_qonnx_file(network: LandmarkNetwork, path: Path) -> Path:
    """Export, clean, name and check one network; InputError where a decision is a tie."""
    tied = ties(network)
    if tied:
        raise InputError(
            f"{tied[0]} decides by float rounding:"
            " run model.network.rounding_ties.settle_ties on it"
        )
    size = network.config.input_size
    random = np.random.default_rng(0)
    image = random.integers(0, 256, (1, size, size, 3), dtype=np.uint8)
    with quiet(), tempfile.TemporaryDirectory() as folder:
        raw = Path(folder) / "raw.onnx"
        export_qonnx(network, torch.from_numpy(image).permute(0, 3, 1, 2).float(), str(raw))
        model = cleanup_model(ModelWrapper(str(raw)))
    expected = traced_forward(network, image)
    _name_tensors(model, list(expected))
    _check(model, image, expected)
    path.parent.mkdir(parents=True, exist_ok=True)
    model.save(str(path))
    return path


def _name_tensors(model: ModelWrapper, names: list[str]) -> None:
    """Name tensors after their modules, from the scopes that the exporter notes.

    Quantisers and convolutions give their output the module's name, other operators add their own.
    """
    taken: dict[str, str] = {}
    last = model.graph.output[0].name
    for node in model.graph.node:
        notes = {entry.key: entry.value for entry in node.metadata_props}
        # The notes also hold stack traces with the exporting machine's paths.
        del node.metadata_props[:]
        scopes = ast.literal_eval(notes.get("pkg.torch.onnx.name_scopes", "['', '']"))
        name = _tensor_name(node.op_type, scopes, names)
        if name and name not in taken and node.output[0] != last:
            taken[name] = node.output[0]
    taken["heatmaps"] = last
    missing = set(names) - set(taken)
    if missing:
        raise InputError(f"QONNX has no quantiser {min(missing)}: the exporter has changed")
    for new, old in taken.items():
        model.rename_tensor(old, new)
    model.rename_tensor(model.graph.input[0].name, "image")
    model.set_tensor_datatype("image", DataType["UINT8"])


def _tensor_name(op: str, scopes: list[str], quantisers: list[str]) -> str | None:
    if op in {"Quant", "BipolarQuant"}:
        return next((scope for scope in scopes if scope in quantisers), None)
    module = scopes[-2].removesuffix(".conv") if scopes[-2].endswith(".conv.conv") else scopes[-2]
    if op == "Conv":
        return module
    return f"{module}.{op.lower()}".lstrip(".")


def _check(model: ModelWrapper, image: np.ndarray, expected: dict[str, np.ndarray]) -> None:
    feed = {"image": image.transpose(0, 3, 1, 2).astype(np.float32)}
    got = execute_onnx(model, feed, return_full_exec_context=True)
    for name, wanted in expected.items():
        values = got[name].transpose(0, 2, 3, 1)
        if name.endswith(".sign"):
            values = (values + 1) / 2
        if not np.array_equal(values, wanted):
            raise InputError(f"export: tensor {name} of the QONNX file differs from PyTorch")


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(prog="python -m model.export", description=__doc__)
    parser.add_argument("--config", default="face-tiny")
    parser.add_argument("--checkpoint", type=Path, help="other than the shipped one")
    parser.add_argument("--out", type=Path, required=True, help="folder to write into")
    args = parser.parse_args()
    print(f"wrote {export_network(args.config, args.checkpoint, args.out)}")


if __name__ == "__main__":
    run_command(main)
