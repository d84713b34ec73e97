"""One model by its place: a folder in our layout, or the released weights in theirs."""

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
from motionfollower.models.weights.released_config import released_config, released_plan
from motionfollower.models.weights.tensor_files import write_tensors
from preprocess.video.atomic import make_folder, write_text

FULL = "full"


def read_model_config(place: str) -> dict[str, Any]:
    """A model's config.json as plain data: from the file, its folder, or of the released weights ("full").

    WeightsError where it is missing or not one.
    """
    if place == FULL:
        return released_plan(full_weights_folder())
    path = Path(place) / "config.json" if Path(place).is_dir() else Path(place)
    read_config(path)
    plan: dict[str, Any] = json.loads(path.read_text())
    return plan


def load_model(place: str) -> Networks:
    """A model's networks from its folder, or the released ones ("full"), on the CPU. WeightsError as the loader's."""
    if place != FULL:
        return load_networks(Path(place))
    folder = full_weights_folder()
    return load_files(released_config(folder), WeightFiles.released(folder))


def save_model(folder: Path, networks: Networks, config: dict[str, Any], dtype: torch.dtype) -> None:
    """Write all networks in `dtype` under the released key names, each file whole or not at all; files are replaced.

    `config` is the text of config.json as plain data, which the networks were built from.
    OutputError where the folder can't be written.
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
