"""One whole model: the networks that belong together, and what is known about them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch import nn

from motionfollower.models.codec import Codec, KLCodec, LayerCodec
from motionfollower.models.config import KLCodecConfig, NetworksConfig
from motionfollower.models.controllers import PoseController
from motionfollower.models.image_encoder import ImageEncoder
from motionfollower.models.unet import UNet


@dataclass(frozen=True)
class Networks:
    """The networks of one model; `config` says how they are fed and what the U-Net predicts."""

    unet: UNet
    pose_controller: PoseController
    image_encoder: ImageEncoder
    codec: Codec
    config: NetworksConfig

    def to(self, device: torch.device, dtype: torch.dtype) -> Networks:
        """The same networks on a device and in a number format; the modules themselves move."""
        codec = self.codec.to(device, dtype) if isinstance(self.codec, nn.Module) else self.codec
        return replace(
            self,
            unet=self.unet.to(device, dtype),
            pose_controller=self.pose_controller.to(device, dtype),
            image_encoder=self.image_encoder.to(device, dtype),
            codec=codec,
        )


def build_networks(config: NetworksConfig) -> Networks:
    """Fresh networks, untrained: for training, tests, and to be filled by the loader."""
    return Networks(
        unet=UNet(config.unet),
        pose_controller=PoseController(config.pose_controller),
        image_encoder=ImageEncoder(config.image_encoder),
        codec=KLCodec(config.codec) if isinstance(config.codec, KLCodecConfig) else LayerCodec(config.codec),
        config=config,
    )
