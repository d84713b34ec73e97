"""Memory strategies: offloading, gradient checkpointing, chunked feed-forwards, tiled decoding."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum, auto

import torch
from torch import Tensor, nn

from motionfollower.core.device import PROCESSOR
from motionfollower.models.model import Networks


@dataclass(frozen=True)
class MemoryStrategy:
    """How an edit saves memory at the cost of time; only `tiles` change the result, slightly.

    `offloads`: idle networks wait in the machine's memory. `checkpointing`: guided passes recompute activations in the
    backward pass instead of storing them. `feed_forward_chunks`: how many parts feed-forward layers are split into.
    `tiles`: the codec decodes large images in tiles.
    """

    offloads: bool = False
    checkpointing: bool = False
    feed_forward_chunks: int = 1
    tiles: bool = False

    def apply(self, networks: Networks) -> None:
        """Configure the networks."""
        networks.unet.use_checkpointing = self.checkpointing
        networks.unet.split_feed_forwards(self.feed_forward_chunks)
        networks.codec.use_tiles(is_on=self.tiles)
        if self.offloads:
            offload(networks)
        else:
            onload(networks)

    def describe(self) -> list[str]:
        """A few words for each measure taken."""
        measures = {
            "idle networks off the GPU": self.offloads,
            "gradient checkpointing": self.checkpointing,
            "chunked feed-forwards": self.feed_forward_chunks > 1,
            "tiled decoding": self.tiles,
        }
        return [words for words, is_used in measures.items() if is_used]


class NetworkStage(Enum):
    """The stages of an edit that differ in the networks they need."""

    ENCODING = auto()
    SAMPLING = auto()
    DECODING = auto()


def idle_networks(networks: Networks, stage: NetworkStage) -> list[nn.Module]:
    """The networks that a stage does not need. The U-Net is never idle: most stages need it, the others are short."""
    busy: dict[NetworkStage, tuple[object, ...]] = {
        NetworkStage.ENCODING: (networks.pose_controller, networks.image_encoder),
        NetworkStage.SAMPLING: (),
        NetworkStage.DECODING: (networks.codec,),
    }
    return [part for part in networks.parts if part is not networks.unet and part not in busy[stage]]


def offload(networks: Networks, device: torch.device = PROCESSOR) -> None:
    """Move all networks but the U-Net to the machine's memory."""
    for part in idle_networks(networks, NetworkStage.SAMPLING):
        _move(part, device)


def onload(networks: Networks) -> None:
    """Move all networks to the U-Net's device."""
    device = _device_of(networks.unet)
    for part in networks.parts:
        _move(part, device)


@contextmanager
def on_device(networks: Networks, stage: NetworkStage) -> Iterator[None]:
    """Hold the networks that a stage needs on the U-Net's device; offloaded ones are moved back afterwards."""
    idle, device = idle_networks(networks, stage), _device_of(networks.unet)
    moved = [part for part in networks.parts if part not in idle and _device_of(part) != device]
    devices = [_device_of(part) for part in moved]
    try:
        for part in moved:
            _move(part, device)
        yield
    finally:
        for part, home in zip(moved, devices, strict=True):
            _move(part, home)


def weights_on_device(networks: Networks) -> list[Tensor]:
    """The weights on the U-Net's device."""
    device = _device_of(networks.unet)
    return [weight for part in networks.parts for weight in part.parameters() if weight.device == device]


def _move(part: nn.Module, device: torch.device) -> None:
    """Move only where something is elsewhere: weights on fake tensors cannot be moved."""
    if any(tensor.device != device for tensor in (*part.parameters(), *part.buffers())):
        part.to(device)


def _device_of(part: nn.Module) -> torch.device:
    return next(part.parameters()).device
