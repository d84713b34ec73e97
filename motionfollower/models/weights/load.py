"""Strict loading: every key of the model from the files, every key of the files into the model."""

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

NAMED = 3  # keys that an error names, of each kind


@dataclass(frozen=True)
class WeightFiles:
    """The files of one model. Later U-Net files overrule earlier ones; a codec without weights needs no file."""

    unet: tuple[Path, ...]
    pose_controller: Path
    image_encoder: Path
    codec: Path | None = None

    @classmethod
    def in_folder(cls, folder: Path) -> WeightFiles:
        """The layout of our own models."""
        codec = folder / "vae.safetensors"
        return cls(
            unet=(folder / "denoising_unet.safetensors",),
            pose_controller=folder / "poctr.safetensors",
            image_encoder=folder / "image_encoder.safetensors",
            codec=codec if codec.exists() else None,
        )

    @classmethod
    def released(cls, folder: Path) -> WeightFiles:
        """The full model's files as their authors name them, in the folders of the manifest, in the released order."""
        variations, ours = folder / VARIATIONS_SET.folder, folder / MOTIONFOLLOWER_SET.folder
        return cls(
            unet=(_path(UNET, variations), _path(MOTION_MODULE, ours), _path(DENOISING_UNET, ours)),
            pose_controller=_path(POSE_CONTROLLER, ours),
            image_encoder=_path(IMAGE_ENCODER, variations),
            codec=_path(VAE, folder / VAE_SET.folder),
        )

    @property
    def all(self) -> tuple[Path, ...]:
        """Every file."""
        return (*self.unet, self.pose_controller, self.image_encoder, *([self.codec] if self.codec else []))


def _path(file: WeightFile, folder: Path) -> Path:
    """Where the file lies, or else where it belongs."""
    return file.find(folder) or folder / file.names[0]


def load_networks(folder: Path, dtype: torch.dtype = torch.float32) -> Networks:
    """A model of ours: config.json and its .safetensors files in a folder, on the CPU.

    WeightsError where anything is missing, damaged, or of another model.
    """
    return load_files(read_config(folder / "config.json"), WeightFiles.in_folder(folder), dtype)


def read_config(path: Path) -> NetworksConfig:
    """A model's configuration; WeightsError where it is missing or can't be understood."""
    try:
        return NetworksConfig.from_json(json.loads(path.read_text()))
    except OSError as error:
        raise WeightsError(f"{path} can't be read. A model's folder needs its config.json.") from error
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise WeightsError(f"{path} isn't the configuration of a model: {error!r}. Get it again.") from error


def load_files(config: NetworksConfig, files: WeightFiles, dtype: torch.dtype = torch.float32) -> Networks:
    """The networks of a configuration, filled from files in the released layout, on the CPU, for inference."""
    with torch.device("meta"):
        networks = build_networks(config)
    fill(networks.unet, files.unet, dtype)
    fill(networks.pose_controller, [files.pose_controller], dtype)
    fill(networks.image_encoder.clip, [files.image_encoder], dtype)
    if isinstance(networks.codec, KLCodec):
        if files.codec is None:
            raise WeightsError("The autoencoder's weights are missing: the model's folder needs vae.safetensors.")
        fill(networks.codec.vae, [files.codec], dtype)
    return networks


def fill(module: nn.Module, paths: Iterable[Path], dtype: torch.dtype) -> None:
    """Put the files' tensors into a module built on the meta device, each where it belongs, in `dtype`.

    WeightsError names the files and the first keys that are missing, unknown, misshapen or not finite.
    """
    paths = list(paths)
    state: StateDict = {}
    for path in paths:
        state |= translate(read_state_dict(path))
    name = " + ".join(str(path) for path in paths)
    check_fit(module.state_dict(), state, name)
    state = {key: tensor.to(dtype) for key, tensor in state.items()}
    check_finite(state, name)
    module.load_state_dict(state, strict=True, assign=True)
    module.requires_grad_(False).eval()
    leftover = [key for key, tensor in (*module.named_parameters(), *module.named_buffers()) if tensor.is_meta]
    assert not leftover, f"still without numbers: {leftover}"


def translate(state: StateDict) -> StateDict:
    """Keys that libraries have renamed or dropped since the released files were written."""
    renamed = {".query.": ".to_q.", ".key.": ".to_k.", ".value.": ".to_v.", ".proj_attn.": ".to_out.0."}
    translated = {}
    for key, tensor in state.items():
        for old, new in renamed.items():
            key = key.replace(old, new)
        if not key.endswith("embeddings.position_ids"):
            translated[key] = tensor
    return translated


def check_fit(expected: StateDict, found: StateDict, name: str) -> None:
    """WeightsError unless both have the same keys with the same shapes."""
    missing = sorted(expected.keys() - found.keys())
    unknown = sorted(found.keys() - expected.keys())
    misshapen = [
        f"{key} is {list(found[key].shape)}, not {list(tensor.shape)}"
        for key, tensor in expected.items()
        if key in found and found[key].shape != tensor.shape
    ]
    faults = [
        f"{len(keys)} {what} ({_some(keys)})"
        for what, keys in (("missing", missing), ("unknown", unknown), ("of another shape", misshapen))
        if keys
    ]
    if faults:
        raise WeightsError(f"{name} doesn't fit the model. Its keys: {'; '.join(faults)}. Get the file of this model.")


def check_finite(state: StateDict, name: str) -> None:
    """WeightsError where a tensor holds NaN or infinity."""
    broken = [key for key, tensor in state.items() if not _is_finite(tensor)]
    if broken:
        raise WeightsError(f"{name} holds NaN or infinity in {len(broken)} tensors ({_some(broken)}). Get it again.")


def _is_finite(tensor: Tensor) -> bool:
    return bool(torch.isfinite(tensor).all())


def _some(keys: list[str]) -> str:
    return ", ".join(keys[:NAMED]) + (", …" if len(keys) > NAMED else "")
