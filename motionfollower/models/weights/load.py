"""Strict loading: every key of the model must be in the files, and every key of the files in the model.

Networks are built on the meta device and the files' tensors assigned to them, so that no weight is held twice.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from motionfollower.core.errors import WeightsError
from motionfollower.models.codecs import KLCodec
from motionfollower.models.config import NetworksConfig
from motionfollower.models.model import Networks, build_networks
from motionfollower.models.weights.manifest import (
    DENOISING_UNET,
    IMAGE_ENCODER,
    MOTION_MODULE,
    MOTIONFOLLOWER_SET,
    POSE_CONTROLLER,
    UNET,
    VAE,
    VAE_SET,
    VARIATIONS_SET,
    WeightFile,
)
from motionfollower.models.weights.tensor_files import StateDict, read_state_dict

KEYS_NAMED = 3  # keys of each kind that an error names


@dataclass(frozen=True)
class WeightFiles:
    """The files of one model. Later U-Net files override earlier ones; a codec without weights has no file."""

    unet: tuple[Path, ...]
    pose_controller: Path
    image_encoder: Path
    codec: Path | None = None

    @classmethod
    def in_folder(cls, folder: Path) -> WeightFiles:
        """The files of one of our own models, all in one folder."""
        codec = folder / "vae.safetensors"
        return cls(
            unet=(folder / "denoising_unet.safetensors",),
            pose_controller=folder / "poctr.safetensors",
            image_encoder=folder / "image_encoder.safetensors",
            codec=codec if codec.exists() else None,
        )

    @classmethod
    def released(cls, folder: Path) -> WeightFiles:
        """The full model's files under their published names, in the folders of the manifest.

        The U-Net's are in the released loading order: base, motion modules, then the trained U-Net over both.
        """
        variations, motionfollower = folder / VARIATIONS_SET.folder, folder / MOTIONFOLLOWER_SET.folder
        return cls(
            unet=(_path(UNET, variations), _path(MOTION_MODULE, motionfollower), _path(DENOISING_UNET, motionfollower)),
            pose_controller=_path(POSE_CONTROLLER, motionfollower),
            image_encoder=_path(IMAGE_ENCODER, variations),
            codec=_path(VAE, folder / VAE_SET.folder),
        )

    @property
    def all(self) -> tuple[Path, ...]:
        """Every file."""
        return (*self.unet, self.pose_controller, self.image_encoder, *([self.codec] if self.codec else []))


def _path(file: WeightFile, folder: Path) -> Path:
    """The path of the file, or the one that it should have."""
    return file.find(folder) or folder / file.names[0]


def load_networks(folder: Path, dtype: torch.dtype = torch.float32) -> Networks:
    """Load one of our own models: config.json and the .safetensors files of a folder, on the CPU.

    WeightsError where a file is missing, damaged, or of another model.
    """
    return load_files(read_config(folder / "config.json"), WeightFiles.in_folder(folder), dtype)


def read_config(path: Path) -> NetworksConfig:
    """Read a model's config.json; WeightsError where it is missing or invalid."""
    try:
        return NetworksConfig.from_json(json.loads(path.read_text()))
    except OSError as error:
        raise WeightsError(f"{path} can't be read. A model's folder needs its config.json.") from error
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise WeightsError(f"{path} isn't the configuration of a model: {error!r}. Get it again.") from error


def load_files(config: NetworksConfig, files: WeightFiles, dtype: torch.dtype = torch.float32) -> Networks:
    """Build the networks of a configuration and load their weights, on the CPU, for inference."""
    with torch.device("meta"):
        networks = build_networks(config)
    fill_module(networks.unet, files.unet, dtype)
    fill_module(networks.pose_controller, [files.pose_controller], dtype)
    fill_module(networks.image_encoder.clip, [files.image_encoder], dtype)
    if isinstance(networks.codec, KLCodec):
        if files.codec is None:
            raise WeightsError("The autoencoder's weights are missing. The model's folder needs vae.safetensors.")
        fill_module(networks.codec.vae, [files.codec], dtype)
    return networks


def fill_module(module: nn.Module, paths: Iterable[Path], dtype: torch.dtype) -> None:
    """Assign the files' tensors, in `dtype`, to a module that was built on the meta device; later files override.

    The module is then in eval mode, without gradients. WeightsError names the files and the first keys that are
    missing, unknown, of another shape, or not finite.
    """
    paths = list(paths)
    state: StateDict = {}
    for path in paths:
        state |= rename_keys(read_state_dict(path))
    name = " + ".join(str(path) for path in paths)
    check_fit(module.state_dict(), state, name)
    state = {key: tensor.to(dtype) for key, tensor in state.items()}
    check_finite(state, name)
    module.load_state_dict(state, strict=True, assign=True)
    module.requires_grad_(False).eval()
    unfilled = [key for key, tensor in (*module.named_parameters(), *module.named_buffers()) if tensor.is_meta]
    assert not unfilled, f"still on the meta device: {unfilled}"


def rename_keys(state: StateDict) -> StateDict:
    """Rename and drop the keys that diffusers and transformers have renamed and dropped since the release."""
    new_names = {".query.": ".to_q.", ".key.": ".to_k.", ".value.": ".to_v.", ".proj_attn.": ".to_out.0."}
    renamed = {}
    for key, tensor in state.items():
        for old, new in new_names.items():
            key = key.replace(old, new)
        if not key.endswith("embeddings.position_ids"):
            renamed[key] = tensor
    return renamed


def check_fit(expected: StateDict, found: StateDict, name: str) -> None:
    """Raise WeightsError unless both have the same keys, with the same shapes."""
    missing = sorted(expected.keys() - found.keys())
    unknown = sorted(found.keys() - expected.keys())
    misshapen = [
        f"{key} is {list(found[key].shape)}, not {list(tensor.shape)}"
        for key, tensor in expected.items()
        if key in found and found[key].shape != tensor.shape
    ]
    faults = [
        f"{len(keys)} {fault} ({_first_few(keys)})"
        for fault, keys in (("missing", missing), ("unknown", unknown), ("of another shape", misshapen))
        if keys
    ]
    if faults:
        raise WeightsError(f"{name} doesn't fit the model. Its keys: {'; '.join(faults)}. Get the file of this model.")


def check_finite(state: StateDict, name: str) -> None:
    """Raise WeightsError where a tensor holds NaN or infinity."""
    broken = [key for key, tensor in state.items() if not _is_finite(tensor)]
    if broken:
        raise WeightsError(
            f"{name} holds NaN or infinity in {len(broken)} tensors ({_first_few(broken)}). Get it again."
        )


def _is_finite(tensor: Tensor) -> bool:
    return bool(torch.isfinite(tensor).all())


def _first_few(keys: list[str]) -> str:
    return ", ".join(keys[:KEYS_NAMED]) + (", …" if len(keys) > KEYS_NAMED else "")
