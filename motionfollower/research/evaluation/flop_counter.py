"""FLOPs of the calls of an edit: the networks with their inputs, and what one call of each kind costs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import torch
from torch import Tensor
from torch.utils.flop_counter import FlopCounterMode

from motionfollower.models.config import NetworksConfig
from motionfollower.models.model import Networks, build_networks
from motionfollower.sampling.conditioning import Conditioning
from preprocess.types import Size

Result = TypeVar("Result")


@dataclass(frozen=True)
class CallGroup:
    """All calls of one kind: their name and number, and the FLOPs of one."""

    name: str
    calls: int
    flops: int

    @property
    def total(self) -> int:
        """The FLOPs of all calls."""
        return self.calls * self.flops


@dataclass(frozen=True)
class FlopSubject:
    """Networks and an empty clip [1, 3, f, H, W], whose calls are counted."""

    networks: Networks
    clip: Tensor

    @classmethod
    def on_meta(cls, config: NetworksConfig, frames: int, size: Size) -> FlopSubject:
        """Networks and clip on the meta device, which has shapes but no data: the full size needs no memory."""
        with torch.device("meta"):
            return cls(build_networks(config), torch.empty(1, 3, frames, size[1], size[0]))

    @property
    def latents(self) -> Tensor:
        """Empty latents of the clip [1, c, f, h, w]."""
        _, _, frames, height, width = self.clip.shape
        factor = self.networks.codec.factor
        channels = self.networks.config.unet.in_channels
        return self.clip.new_zeros(1, channels, frames, height // factor, width // factor)

    @torch.no_grad()
    def conditioning(self) -> Conditioning:
        """The conditioning of both branches, with empty masks."""
        networks, clip = self.networks, self.clip
        mask = clip.new_zeros(clip.shape[2:])
        return Conditioning(
            image_embeds=networks.image_encoder(clip),
            source_pose=networks.pose_controller(clip),
            target_pose=networks.pose_controller(clip),
            appearance=networks.unet.encode_appearance(clip),
            source_mask=mask,
            target_mask=mask,
        )


def run_counting(call: Callable[[], Result]) -> tuple[Result, int]:
    """A call's result and its FLOPs as torch counts them: products, convolutions, attention, and backward passes."""
    with FlopCounterMode(display=False) as counter:
        result = call()
    return result, int(counter.get_total_flops())


def count_flops(call: Callable[[], object]) -> int:
    """The FLOPs of a call."""
    return run_counting(call)[1]


def encoder_and_codec_calls(
    subject: FlopSubject, images: int, poses: int, appearances: int, decodings: int
) -> list[CallGroup]:
    """The calls of every network but the U-Net, given how many clips pass through each."""
    networks, clip = subject.networks, subject.clip
    calls: list[tuple[str, int, Callable[[], object]]] = [
        ("image encoder", images, lambda: networks.image_encoder(clip)),
        ("pose controller", poses, lambda: networks.pose_controller(clip)),
        ("appearance controller", appearances, lambda: networks.unet.encode_appearance(clip)),
        ("decoder", decodings, lambda: networks.codec.decode(subject.latents)),
    ]
    with torch.no_grad():
        return [CallGroup(name, count, count_flops(call)) for name, count, call in calls]
