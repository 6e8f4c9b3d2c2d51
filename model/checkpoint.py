# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Checkpoints as safetensors: weights plus the configuration that they belong to."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import torch
from brevitas.nn import QuantConv2d
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from hls.errors import InputError
from model.config import Config, NetworkConfig, load_config
from model.network import LandmarkNetwork

FOLDER = Path(__file__).parent / "checkpoints"


def checkpoint_path(config: str) -> Path:
    """Where the shipped checkpoint of a configuration lies."""
    return FOLDER / f"{config}.safetensors"


def save_tensors(path: Path, tensors: dict[str, Tensor], metadata: dict[str, str]) -> None:
    """Write in one step: an interrupted save leaves the earlier file alone."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(path.name + ".new")
    contiguous = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    try:
        save_file(contiguous, fresh, metadata)
    except (OSError, SafetensorError) as error:
        fresh.unlink(missing_ok=True)
        raise InputError(f"cannot write {path}: {error}") from None
    fresh.rename(path)


def load_tensors(path: Path) -> tuple[dict[str, Tensor], dict[str, str]]:
    """Tensors and metadata; anything that is no safetensors file is an InputError."""
    if not path.is_file():
        raise InputError(f"checkpoint {path} is missing: train it with make train")
    try:
        with safe_open(path, framework="pt") as file:
            tensors = {key: file.get_tensor(key) for key in list(file.keys())}
            return tensors, file.metadata() or {}
    except SafetensorError as error:
        raise InputError(f"{path} is no checkpoint (safetensors): {error}") from None


def network_metadata(config: Config) -> dict[str, str]:
    """What a checkpoint says of its network."""
    return {"config": config.name, "network": json.dumps(asdict(config.network), sort_keys=True)}


def save_network(path: Path, network: LandmarkNetwork, config: Config, **notes: str) -> None:
    """Save what evaluation needs, weights as int8; `notes` go into the file's metadata."""
    tensors = network_state(network)
    for name, module in network.named_modules():
        if isinstance(module, QuantConv2d):
            tensors[f"{name}.weight"] = module.quant_weight().value.round().to(torch.int8)
    save_tensors(path, tensors, network_metadata(config) | notes)


def network_state(network: LandmarkNetwork) -> dict[str, Tensor]:
    """The tensors that a checkpoint holds."""
    state = network.state_dict()
    return {key: value for key, value in state.items() if not key.endswith("num_batches_tracked")}


def load_network(config: str | Config, checkpoint: Path | None = None) -> LandmarkNetwork:
    """The trained network, ready to evaluate; a checkpoint of another network is an InputError."""
    config = load_config(config) if isinstance(config, str) else config
    path = checkpoint or checkpoint_path(config.name)
    tensors, metadata = load_tensors(path)
    try:
        saved = NetworkConfig(**json.loads(metadata["network"]))
    except (KeyError, TypeError, ValueError):
        raise InputError(f"{path} does not say which network it belongs to") from None
    if saved != config.network:
        raise InputError(f"{path} is of another network than {config.name}: {saved}")
    network = LandmarkNetwork(config.network)
    load_state(network, tensors, path)
    return network.eval()


def load_state(network: LandmarkNetwork, tensors: dict[str, Tensor], path: Path) -> None:
    """Put tensors into a network, strictly."""
    wanted = network_state(network)
    wrong = set(wanted) ^ set(tensors) or {k for k in wanted if wanted[k].shape != tensors[k].shape}
    if wrong:
        raise InputError(f"{path} does not fit the network at {min(wrong)}")
    if not all(bool(torch.isfinite(tensor).all()) for tensor in tensors.values()):
        raise InputError(f"{path} holds values that are not finite")
    network.load_state_dict(tensors, strict=False)
