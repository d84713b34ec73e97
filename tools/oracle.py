"""A case of the oracle: inputs, weights, and the numbers that the released code computed from them."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from safetensors.torch import load_file
from torch import Tensor

from motionfollower.models.config import NetworksConfig
from motionfollower.models.model import Networks
from motionfollower.models.weights.load import WeightFiles, load_files

Row = tuple[str, float, float]  # name, relative L2 error, tolerance


@dataclass(frozen=True)
class Case:
    """A folder of recorded numbers, read when they are used."""

    folder: Path

    @cached_property
    def config(self) -> dict[str, Any]:
        return json.loads((self.folder / "config.json").read_text())

    @property
    def run(self) -> dict[str, Any]:
        """The settings of the recorded runs."""
        return self.config["run"]

    @property
    def has_estimator(self) -> bool:
        """Whether the case has the released code's second U-Net, the estimator, whose features guide the score."""
        return (self.folder / "weights" / "estimator_delta.safetensors").exists()

    def tensors(self, name: str) -> dict[str, Tensor]:
        """The recorded tensors of a file, empty where the case lacks it."""
        path = self.folder / f"{name}.safetensors"
        return load_file(path) if path.exists() else {}

    @cached_property
    def networks(self) -> Networks:
        return self.load("denoising_unet")

    def load(self, *unet_files: str) -> Networks:
        """The case's model, its U-Net from these files, of which later ones override earlier ones."""
        weights = {path.stem: path for path in (self.folder / "weights").iterdir()}
        files = WeightFiles(
            unet=tuple(weights[name] for name in unet_files),
            pose_controller=weights["pose_guider"],
            image_encoder=weights["clip"],
            codec=weights["vae"],
        )
        return load_files(read_config(self.config), files)

    @cached_property
    def inputs(self) -> Inputs:
        raw = {key.removesuffix("_u8"): value.float() for key, value in self.tensors("preprocessed").items()}
        return Inputs(
            encoder_pixels=raw["clip"] / 127.5 - 1,
            appearance=raw["appearance"].transpose(1, 2) / 255 * 2 - 1,
            source_pose=raw["source_pose"] / 255,
            target_pose=raw["target_pose"] / 255,
            source_masks=raw["source_masks"],
            target_masks=raw["target_masks"],
        )


@dataclass(frozen=True)
class Inputs:
    """A case's inputs after the released preprocessing, in the form that our networks take."""

    encoder_pixels: Tensor  # [f, 3, s, s] in [−1, 1]
    appearance: Tensor  # [1, 3, f, H, W] in [−1, 1]
    source_pose: Tensor  # [1, 3, f, H, W] in [0, 1]
    target_pose: Tensor
    source_masks: Tensor  # [f, 1, H, W] in {0, 1}
    target_masks: Tensor


def read_config(case: dict[str, Any]) -> NetworksConfig:
    """The networks' configuration, which a case has under the released code's names."""
    return NetworksConfig.from_json(
        {
            "unet": case["unet_config"],
            "appearance_adapter": case["adapter"],
            "pose_guider": case["pose_guider"],
            "image_encoder": case["clip"],
            "codec": case["vae"],
            "scheduler": case["scheduler_kwargs"],
            "prediction_type": case["scheduler_kwargs"]["prediction_type"],
            "size": (case["run"]["W"], case["run"]["H"]),
        }
    )


def rel_l2(ours: Tensor, recorded: Tensor) -> float:
    """‖ours − recorded‖ / ‖recorded‖; infinite where ours has NaN."""
    assert ours.shape == recorded.shape, f"{tuple(ours.shape)} is not the recorded {tuple(recorded.shape)}"
    error = ((ours - recorded).norm() / recorded.norm()).item()
    return math.inf if math.isnan(error) else error
