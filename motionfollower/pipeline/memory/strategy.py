"""The ways to run an edit in less memory."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum, auto

import torch
from torch import Tensor, nn

from motionfollower.core.device import PROCESSOR
from motionfollower.models.codecs import KLCodec
from motionfollower.models.model import Networks


@dataclass(frozen=True)
class MemoryStrategy:
    """How an edit runs. All of these save memory and cost time; the `tiles` alone change the result, a little.

    It `offloads` networks to the machine's memory while they have nothing to do; guided passes with `checkpoints`
    compute layers again instead of keeping them; feed-forwards work in `chunks`; the codec takes large pictures in
    `tiles`.
    """

    offloads: bool = False
    checkpoints: bool = False
    chunks: int = 1
    tiles: bool = False

    def set_up(self, networks: Networks) -> None:
        """Let the networks run like this."""
        networks.unet.use_checkpointing = self.checkpoints
        networks.unet.split_feed_forwards(self.chunks)
        if isinstance(networks.codec, KLCodec):
            networks.codec.use_tiles(is_on=self.tiles)
        if self.offloads:
            offload(networks)
        else:
            onload(networks)

    def words(self) -> list[str]:
        """What is done for memory, for people."""
        said = {
            "idle networks off the GPU": self.offloads,
            "layers computed twice": self.checkpoints,
            "in chunks": self.chunks > 1,
            "pictures in tiles": self.tiles,
        }
        return [words for words, is_so in said.items() if is_so]


class Stage(Enum):
    """The stages of an edit, told apart by the networks that work in them."""

    ENCODING = auto()
    SAMPLING = auto()
    DECODING = auto()


def idle_networks(networks: Networks, stage: Stage) -> list[nn.Module]:
    """The networks that a stage can do without. The U-Net stays through all: most stages want it, all are around it."""
    busy: dict[Stage, tuple[object, ...]] = {
        Stage.ENCODING: (networks.pose_controller, networks.image_encoder),
        Stage.SAMPLING: (),
        Stage.DECODING: (networks.codec,),
    }
    return [part for part in networks.parts if part is not networks.unet and part not in busy[stage]]


def offload(networks: Networks, place: torch.device = PROCESSOR) -> None:
    """Let all but the U-Net wait in the machine's memory."""
    for part in idle_networks(networks, Stage.SAMPLING):
        _move(part, place)


def onload(networks: Networks) -> None:
    """Let all lie where the U-Net is."""
    home = _place(networks.unet)
    for part in networks.parts:
        _move(part, home)


@contextmanager
def on_device(networks: Networks, stage: Stage) -> Iterator[None]:
    """The networks that a stage needs beside the U-Net; those that came from elsewhere go back there."""
    resting, home = idle_networks(networks, stage), _place(networks.unet)
    called = [part for part in networks.parts if part not in resting and _place(part) != home]
    places = [_place(part) for part in called]
    try:
        for part in called:
            _move(part, home)
        yield
    finally:
        for part, place in zip(called, places, strict=True):
            _move(part, place)


def weights_on_device(networks: Networks) -> list[Tensor]:
    """The weights that lie where the U-Net is."""
    home = _place(networks.unet)
    return [weight for part in networks.parts for weight in part.parameters() if weight.device == home]


def _move(part: nn.Module, place: torch.device) -> None:
    """Moves nothing where all is in its place already: weights without numbers can't be moved."""
    if any(tensor.device != place for tensor in (*part.parameters(), *part.buffers())):
        part.to(place)


def _place(part: nn.Module) -> torch.device:
    return next(part.parameters()).device
