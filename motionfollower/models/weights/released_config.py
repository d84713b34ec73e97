"""The full model's configuration, from the files that come with its weights."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from motionfollower.core.errors import WeightsError
from motionfollower.models.config import AppearanceConfig, Json, NetworksConfig, PoseControllerConfig, ScheduleConfig
from motionfollower.models.weights.manifest import (
    IMAGE_ENCODER_CONFIG,
    UNET_CONFIG,
    VAE_CONFIG,
    VAE_SET,
    VARIATIONS_SET,
    WeightFile,
    WeightSet,
)


def released_config(root: Path) -> NetworksConfig:
    """The configuration of the files in a folder of weights. WeightsError as in `released_plan`."""
    return NetworksConfig.from_json(released_plan(root))


def released_plan(root: Path) -> dict[str, Any]:
    """The same as a config.json has it; what the authors keep in their code is as they have it.

    WeightsError where a file is missing or can't be understood.
    """
    unet = _read(root, VARIATIONS_SET, UNET_CONFIG)
    try:
        channels, usual = list(unet["block_out_channels"]), AppearanceConfig()
        motion = {"use_motion_module": True, "motion_module_resolutions": [2**level for level in range(len(channels))]}
        plan = {
            "unet": {**unet, **motion},
            "appearance_adapter": {
                "channels": channels,
                "cin": usual.image_channels * usual.patch**2,
                "nums_rb": usual.layers,
            },
            "pose_guider": {
                "block_out_channels": list(PoseControllerConfig().channels),
                "conditioning_embedding_channels": channels[0],
            },
            "image_encoder": _read(root, VARIATIONS_SET, IMAGE_ENCODER_CONFIG),
            "codec": _read(root, VAE_SET, VAE_CONFIG),
            "scheduler": asdict(ScheduleConfig()),
            "prediction_type": "v",
            "size": [512, 512],
        }
        NetworksConfig.from_json(plan)
    except (KeyError, TypeError, IndexError) as error:
        raise WeightsError(f"The configurations in {root} aren't those of the full model: {error!r}.") from error
    return plan


def _read(root: Path, part: WeightSet, file: WeightFile) -> Json:
    path = root / part.folder / file.names[0]
    try:
        content: Json = json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise WeightsError(f"{path} can't be read: {error}. {part.by_hand(root)}") from error
    return content
