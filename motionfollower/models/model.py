"""One whole model: the networks that belong together, and what is known about them."""

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
    """The networks of one model; `config` says how they are fed and what the U-Net predicts."""

    unet: UNet
    pose_controller: PoseController
    image_encoder: ImageEncoder
    codec: Codec
    config: NetworksConfig

    @property
    def parts(self) -> list[nn.Module]:
        """Those that have weights."""
        parts = (self.unet, self.pose_controller, self.image_encoder, self.codec)
        return [part for part in parts if isinstance(part, nn.Module)]

    def to(self, device: torch.device, dtype: torch.dtype) -> Networks:
        """The same networks on a device and in a number format; the modules themselves move."""
        for part in self.parts:
            part.to(device, dtype)
        return self


def build_networks(config: NetworksConfig) -> Networks:
    """Fresh networks, untrained: for training, tests, and to be filled by the loader."""
    return Networks(
        unet=UNet(config.unet),
        pose_controller=PoseController(config.pose_controller),
        image_encoder=ImageEncoder(config.image_encoder),
        codec=KLCodec(config.codec) if isinstance(config.codec, KLCodecConfig) else LayerCodec(config.codec),
        config=config,
    )
