"""The full model's configuration, from the files that come with its weights."""

from __future__ import annotations

import json
from pathlib import Path

from motionfollower.errors import WeightsError
from motionfollower.models.config import (
    AppearanceConfig,
    ImageEncoderConfig,
    Json,
    KLCodecConfig,
    NetworksConfig,
    PoseControllerConfig,
    UNetConfig,
)
from motionfollower.weights.manifest import (
    IMAGE_ENCODER_CONFIG,
    UNET_CONFIG,
    VAE_CONFIG,
    VAE_SET,
    VARIATIONS_SET,
    WeightFile,
    WeightSet,
)


def released_config(root: Path) -> NetworksConfig:
    """The configuration of the files in a folder of weights; what the authors keep in their code is as they have it.

    WeightsError where a file is missing or can't be understood.
    """
    unet = _read(root, VARIATIONS_SET, UNET_CONFIG)
    try:
        return NetworksConfig(
            unet=_unet(unet),
            pose_controller=PoseControllerConfig(out_channels=unet["block_out_channels"][0]),
            image_encoder=ImageEncoderConfig.from_json(_read(root, VARIATIONS_SET, IMAGE_ENCODER_CONFIG)),
            codec=KLCodecConfig.from_json(_read(root, VAE_SET, VAE_CONFIG)),
        )
    except (KeyError, TypeError, IndexError) as error:
        raise WeightsError(f"The configurations in {root} aren't those of the full model: {error!r}.") from error


def _unet(base: Json) -> UNetConfig:
    """The inflated U-Net of a flat one, whose file knows nothing of motion modules and the appearance controller."""
    levels = len(base["block_out_channels"])
    motion = {"use_motion_module": True, "motion_module_resolutions": [2**level for level in range(levels)]}
    usual = AppearanceConfig()
    channels, layers = base["block_out_channels"], usual.layers
    adapter = {"channels": channels, "cin": usual.image_channels * usual.patch**2, "nums_rb": layers}
    return UNetConfig.from_json({**base, **motion}, adapter)


def _read(root: Path, part: WeightSet, file: WeightFile) -> Json:
    path = root / part.folder / file.names[0]
    try:
        content: Json = json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise WeightsError(f"{path} can't be read: {error}. {part.by_hand(root)}") from error
    return content
