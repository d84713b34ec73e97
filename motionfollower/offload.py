"""Networks that leave the accelerator while they have nothing to do, so that the U-Net alone is held while it samples.

Where a network lies says whether it waits; nothing else has to remember it. Where none waits, nothing moves.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum, auto

import torch
from torch import Tensor, nn

from motionfollower.device import PROCESSOR
from motionfollower.models.networks import Networks


class Stage(Enum):
    """The stages of an edit, told apart by the networks that work in them."""

    ENCODING = auto()
    SAMPLING = auto()
    DECODING = auto()


def idle(networks: Networks, stage: Stage) -> list[nn.Module]:
    """The networks that a stage can do without. The U-Net stays through all: most stages want it, all are around it."""
    busy: dict[Stage, tuple[object, ...]] = {
        Stage.ENCODING: (networks.pose_controller, networks.image_encoder),
        Stage.SAMPLING: (),
        Stage.DECODING: (networks.codec,),
    }
    return [part for part in networks.parts if part is not networks.unet and part not in busy[stage]]


def send_away(networks: Networks, place: torch.device = PROCESSOR) -> None:
    """Let all but the U-Net wait in the machine's memory."""
    for part in idle(networks, Stage.SAMPLING):
        _move(part, place)


def bring_back(networks: Networks) -> None:
    """Let all lie where the U-Net is."""
    home = _place(networks.unet)
    for part in networks.parts:
        _move(part, home)


@contextmanager
def at_work(networks: Networks, stage: Stage) -> Iterator[None]:
    """The networks that a stage needs beside the U-Net; those that came from elsewhere go back there."""
    resting, home = idle(networks, stage), _place(networks.unet)
    called = [part for part in networks.parts if part not in resting and _place(part) != home]
    places = [_place(part) for part in called]
    try:
        for part in called:
            _move(part, home)
        yield
    finally:
        for part, place in zip(called, places, strict=True):
            _move(part, place)


def weights_held(networks: Networks) -> list[Tensor]:
    """The weights that lie where the U-Net is."""
    home = _place(networks.unet)
    return [weight for part in networks.parts for weight in part.parameters() if weight.device == home]


def _move(part: nn.Module, place: torch.device) -> None:
    """Moves nothing where all is in its place already: weights without numbers can't be moved."""
    if any(tensor.device != place for tensor in (*part.parameters(), *part.buffers())):
        part.to(place)


def _place(part: nn.Module) -> torch.device:
    return next(part.parameters()).device
