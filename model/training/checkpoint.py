# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Checkpoints as safetensors: weights plus the configuration that they belong to."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from hls.common.errors import InputError
from hls.streams.confidence import Confidence, read_confidence
from model.config import LOSSES, Config, NetworkConfig, load_config
from model.network.network import LandmarkNetwork
from model.network.quantisers import BinaryConv, IntegerConv
from model.training.optimise import Logits

FOLDER = Path(__file__).parent.parent / "checkpoints"


def checkpoint_path(config: str) -> Path:
    """The shipped checkpoint of a configuration."""
    return FOLDER / f"{config}.safetensors"


def shipped() -> list[str]:
    """The configurations that have a shipped checkpoint."""
    return sorted(path.stem for path in FOLDER.glob("*.safetensors"))


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
    """What a checkpoint says of its network and of the view that it was trained on."""
    network = json.dumps(asdict(config.network), sort_keys=True)
    return {"config": config.name, "network": network, "crop": repr(config.data.crop)}


def save_network(path: Path, model: Logits, config: Config, **notes: str) -> None:
    """Save what evaluation and a student need: binary weights as bits, integer ones as int8,
    those of a real-valued twin as float16. `notes` go into the file's metadata."""
    network, tensors = model.network, network_state(model.network)
    for name, module in network.named_modules():
        if isinstance(module, BinaryConv):
            bits = np.packbits(module.conv.weight.detach().numpy().ravel() >= 0)
            tensors[f"{name}.conv.weight"] = torch.from_numpy(bits)
        elif isinstance(module, IntegerConv):
            tensors[f"{name}.weight"] = module.quant_weight().value.round().to(torch.int8)
        elif type(module) is nn.Conv2d:
            tensors[f"{name}.weight"] = module.weight.half()
    scale = {"log_scale": repr(model.log_scale.item()), "offset": repr(model.offset.item())}
    scale["loss"] = model.loss
    save_tensors(path, tensors, network_metadata(config) | scale | notes)


def annotate(path: Path, **notes: str) -> None:
    """Add to a checkpoint's metadata, in one step."""
    tensors, metadata = load_tensors(path)
    save_tensors(path, tensors, metadata | notes)


def confidence_of(path: Path) -> Confidence | None:
    """What `python -m model.calibrate` wrote into a checkpoint; None where it has not."""
    text = load_tensors(path)[1].get("confidence")
    return None if text is None else read_confidence(text)


def network_state(network: LandmarkNetwork) -> dict[str, Tensor]:
    """The tensors that training saves."""
    state = network.state_dict()
    return {key: value for key, value in state.items() if not key.endswith("num_batches_tracked")}


def load_network(config: str | Config, checkpoint: Path | None = None) -> LandmarkNetwork:
    """The trained network, ready to evaluate; a checkpoint of another network is an InputError."""
    return load_logits(config, checkpoint).network


def load_logits(config: str | Config, checkpoint: Path | None = None) -> Logits:
    """The trained network with training's scale and offset of its heatmaps."""
    config = load_config(config) if isinstance(config, str) else config
    path = checkpoint or checkpoint_path(config.name)
    tensors, metadata = load_tensors(path)
    saved = _network(metadata, path)
    if saved != config.network:
        raise InputError(f"{path} is of another network than {config.name}: {saved}")
    try:
        scales = [float(metadata[key]) for key in ("crop", "log_scale", "offset")]
    except (KeyError, ValueError):
        raise InputError(f"{path} is of an unfinished run: go on with --resume") from None
    if scales[0] != config.data.crop:
        raise InputError(f"{path} saw crops of {scales[0]}, {config.name} has {config.data.crop}")
    loss = metadata.get("loss", "sigmoid")
    if loss not in LOSSES:
        raise InputError(f"{path} was trained with {loss!r}, not one of {', '.join(LOSSES)}")
    model = Logits(LandmarkNetwork(config.network), loss)
    load_state(model.network, _unpack(model.network, tensors, path), path)
    with torch.no_grad():
        model.log_scale.fill_(scales[1])
        model.offset.fill_(scales[2])
    return model.eval()


def saved_network(path: Path) -> NetworkConfig:
    """The network that a checkpoint belongs to."""
    return _network(load_tensors(path)[1], path)


def _network(metadata: dict[str, str], path: Path) -> NetworkConfig:
    try:
        return NetworkConfig(**json.loads(metadata["network"]))
    except (KeyError, TypeError, ValueError):
        raise InputError(f"{path} does not say which network it belongs to") from None


def _unpack(network: LandmarkNetwork, tensors: dict[str, Tensor], path: Path) -> dict[str, Tensor]:
    """Undo what `save_network` did to the weights."""
    for name, module in network.named_modules():
        key = f"{name}.conv.weight"
        if isinstance(module, BinaryConv) and key in tensors:
            weight = module.conv.weight
            if tensors[key].dtype != torch.uint8 or len(tensors[key]) != -(-weight.numel() // 8):
                raise InputError(f"{path} does not fit the network at {key}")
            bits = np.unpackbits(tensors[key].numpy(), count=weight.numel())
            tensors[key] = torch.from_numpy(2.0 * bits - 1).float().view_as(weight)
    return tensors


def load_state(network: LandmarkNetwork, tensors: dict[str, Tensor], path: Path) -> None:
    """Put tensors into a network, strictly."""
    wanted = network_state(network)
    wrong = set(wanted) ^ set(tensors) or {k for k in wanted if wanted[k].shape != tensors[k].shape}
    if wrong:
        raise InputError(f"{path} does not fit the network at {min(wrong)}")
    if not all(bool(torch.isfinite(tensor).all()) for tensor in tensors.values()):
        raise InputError(f"{path} holds values that are not finite")
    network.load_state_dict(tensors, strict=False)
