"""A model written to a folder as the loader reads it: config.json and one safetensors file a network."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from torch import nn

from motionfollower.models.codec import KLCodec
from motionfollower.models.networks import Networks
from motionfollower.weights.load import WeightFiles
from motionfollower.weights.tensor_files import write_tensors
from preprocess.atomic import make_folder, write_text


def save_networks(folder: Path, networks: Networks, config: dict[str, Any], dtype: torch.dtype) -> None:
    """Write all networks in `dtype` under the released key names, each file whole or not at all; files are replaced.

    `config` is the text of config.json as plain data, which the networks were built from.
    OutputError where the folder can't be written.
    """
    make_folder(folder)
    files = WeightFiles.in_folder(folder)
    _save(files.unet[0], networks.unet, dtype)
    _save(files.pose_controller, networks.pose_controller, dtype)
    _save(files.image_encoder, networks.image_encoder.clip, dtype)
    if isinstance(networks.codec, KLCodec):
        _save(folder / "vae.safetensors", networks.codec.vae, dtype)
    write_text(folder / "config.json", json.dumps(config, indent=2) + "\n")


def _save(path: Path, module: nn.Module, dtype: torch.dtype) -> None:
    tensors = {key: tensor.detach().to("cpu", dtype).contiguous() for key, tensor in module.state_dict().items()}
    write_tensors(path, tensors)
