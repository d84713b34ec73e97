"""The full model's configuration, derived from the configuration files that come with its weights."""

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
    """The configuration of the full model in a folder of weights. WeightsError as in `released_config_json`."""
    return NetworksConfig.from_json(released_config_json(root))


def released_config_json(root: Path) -> dict[str, Any]:
    """The full model's config.json as plain data: the released files, completed by constants of the released code.

    WeightsError where a file is missing or invalid.
    """
    unet = _read(root, VARIATIONS_SET, UNET_CONFIG)
    try:
        channels, appearance = list(unet["block_out_channels"]), AppearanceConfig()
        motion = {"use_motion_module": True, "motion_module_resolutions": [2**level for level in range(len(channels))]}
        config: dict[str, Any] = {
            "unet": {**unet, **motion},
            "appearance_adapter": {
                "channels": channels,
                "cin": appearance.image_channels * appearance.patch**2,
                "nums_rb": appearance.layers,
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
        NetworksConfig.from_json(config)
    except (KeyError, TypeError, IndexError) as error:
        raise WeightsError(
            f"The configurations in {root} aren't those of the full model: {error!r}. Fetch its weights again."
        ) from error
    return config


def _read(root: Path, weight_set: WeightSet, file: WeightFile) -> Json:
    path = root / weight_set.folder / file.names[0]
    try:
        content: Json = json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise WeightsError(f"{path} can't be read: {error}. {weight_set.download_instructions(root)}") from error
    return content
