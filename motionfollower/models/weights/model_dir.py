"""Load and save a whole model by its folder; "full" names the released weights, which have their own layout."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from torch import nn

from motionfollower.models.codecs import KLCodec
from motionfollower.models.model import Networks
from motionfollower.models.weights.load import WeightFiles, load_files, load_networks, read_config
from motionfollower.models.weights.manifest import full_weights_folder
from motionfollower.models.weights.released_config import released_config, released_config_json
from motionfollower.models.weights.tensor_files import write_tensors
from preprocess.video.atomic import make_folder, write_text

FULL = "full"


def read_model_config(model: str) -> dict[str, Any]:
    """A model's config.json as plain data; `model` is the file, its folder, or "full".

    WeightsError where it is missing or invalid.
    """
    if model == FULL:
        return released_config_json(full_weights_folder())
    path = Path(model) / "config.json" if Path(model).is_dir() else Path(model)
    read_config(path)
    config: dict[str, Any] = json.loads(path.read_text())
    return config


def load_model(model: str) -> Networks:
    """Load a model, on the CPU, from its folder or, for "full", from the released files. WeightsError as in `load`."""
    if model != FULL:
        return load_networks(Path(model))
    folder = full_weights_folder()
    return load_files(released_config(folder), WeightFiles.released(folder))


def save_model(folder: Path, networks: Networks, config: dict[str, Any], dtype: torch.dtype) -> None:
    """Write all networks in `dtype`, under the released keys, and config.json; each file is written atomically.

    `config` is the plain data of config.json, which the networks were built from. OutputError where the folder can't
    be written.
    """
    make_folder(folder)
    files = WeightFiles.in_folder(folder)
    _save_network(files.unet[0], networks.unet, dtype)
    _save_network(files.pose_controller, networks.pose_controller, dtype)
    _save_network(files.image_encoder, networks.image_encoder.clip, dtype)
    if isinstance(networks.codec, KLCodec):
        _save_network(folder / "vae.safetensors", networks.codec.vae, dtype)
    write_text(folder / "config.json", json.dumps(config, indent=2) + "\n")


def _save_network(path: Path, module: nn.Module, dtype: torch.dtype) -> None:
    tensors = {key: tensor.detach().to("cpu", dtype).contiguous() for key, tensor in module.state_dict().items()}
    write_tensors(path, tensors)
