"""The configuration of a tiny U-Net with every feature of the released one, and inputs that aren't square."""

from dataclasses import dataclass

from torch import Tensor, nn

from motionfollower.models.config import AppearanceConfig, MotionConfig, UNetConfig

TINY = UNetConfig(
    channels=(32, 32, 64),
    layers_per_block=1,
    down_attention=(True, True, False),
    up_attention=(False, True, True),
    heads=(2, 2, 4),
    token_channels=16,
    groups=8,
    motion=MotionConfig(heads=4, scales=(1, 2, 4)),
    appearance=AppearanceConfig(channels=(32, 32, 64), patch=4),
)


@dataclass(frozen=True)
class PassInputs:
    """Random inputs of one pass: one clip of 3 frames, 8 × 12 latents."""

    latents: Tensor
    timestep: int
    image_embeds: Tensor
    pose_features: Tensor
    appearance_features: tuple[Tensor, ...]

    def arguments(self) -> tuple[Tensor, int, Tensor, Tensor, tuple[Tensor, ...]]:
        return self.latents, self.timestep, self.image_embeds, self.pose_features, self.appearance_features


def randomize_zero_layers(network: nn.Module) -> None:
    """Initialise the layers that start at zero, which would hide errors."""
    for parameter in network.parameters():
        if not parameter.any():
            nn.init.normal_(parameter, std=0.1)
