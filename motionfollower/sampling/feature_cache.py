"""Feature reuse between adjacent steps (DeepCache, Ma et al. 2024): the deep features of each pass of a step."""

from __future__ import annotations

from enum import Enum, auto

from torch import Tensor

from motionfollower.core.config import SamplerSettings
from motionfollower.models.unet.unet import PassState


class BranchPass(Enum):
    """The U-Net passes of a step: one of the reconstruction branch, one or, with CFG, two of the editing branch."""

    RECONSTRUCTION = auto()
    CONDITIONAL = auto()
    UNCONDITIONAL = auto()


class FeatureCache:
    """The deep features of the latest full pass of each kind."""

    def __init__(self) -> None:
        self._latest: dict[BranchPass, Tensor] = {}

    @classmethod
    def of_run(cls, settings: SamplerSettings, frames: int) -> FeatureCache | None:
        """The cache of a run; None where no step reuses features, as in a clip of several context windows."""
        return cls() if settings.reuse > 1 and frames <= settings.window else None

    def keep(self, kind: BranchPass, state: PassState) -> None:
        """Store the deep features of a pass that has run all up blocks, detached from its graph."""
        assert state.deep is not None
        self._latest[kind] = state.deep.detach()

    def of(self, kind: BranchPass) -> Tensor:
        """The stored deep features of a kind of pass."""
        return self._latest[kind]
