"""One whole model: its networks together with their configuration."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import nn

from motionfollower.models.codecs import Codec, KLCodec, LayerCodec
from motionfollower.models.config import KLCodecConfig, NetworksConfig
from motionfollower.models.controllers import PoseController
from motionfollower.models.image_encoder import ImageEncoder
from motionfollower.models.unet.unet import UNet


@dataclass(frozen=True)
class Networks:
    """The networks of one model. The appearance controller is part of the U-Net, as in the released checkpoints."""

    unet: UNet
    pose_controller: PoseController
    image_encoder: ImageEncoder
    codec: Codec
    config: NetworksConfig

    @property
    def parts(self) -> list[nn.Module]:
        """The networks that have weights."""
        parts = (self.unet, self.pose_controller, self.image_encoder, self.codec)
        return [part for part in parts if isinstance(part, nn.Module)]

    def to(self, device: torch.device, dtype: torch.dtype) -> Networks:
        """Move the networks, in place, to a device and a dtype; return self."""
        for part in self.parts:
            part.to(device, dtype)
        return self


def build_networks(config: NetworksConfig) -> Networks:
    """Untrained networks of a configuration, for training and for the loader to fill."""
    return Networks(
        unet=UNet(config.unet),
        pose_controller=PoseController(config.pose_controller),
        image_encoder=ImageEncoder(config.image_encoder),
        codec=KLCodec(config.codec) if isinstance(config.codec, KLCodecConfig) else LayerCodec(config.codec),
        config=config,
    )
