"""Feature reuse between neighbouring steps (DeepCache, Ma et al. 2024): what each pass keeps for the next steps."""

from __future__ import annotations

from enum import Enum, auto

from torch import Tensor

from motionfollower.core.config import SamplerSettings
from motionfollower.models.unet.unet import Features


class BranchPass(Enum):
    """The passes that a step makes: one of the reconstruction branch, one or, with CFG, two of the editing branch."""

    RECONSTRUCTION = auto()
    CONDITIONAL = auto()
    UNCONDITIONAL = auto()


class FeatureCache:
    """The deep features of each kind of pass as it was last made whole."""

    def __init__(self) -> None:
        self._latest: dict[BranchPass, Tensor] = {}

    @classmethod
    def of_run(cls, settings: SamplerSettings, frames: int) -> FeatureCache | None:
        """A place for those of a run; None where nothing is reused, as in a clip too long to keep them all."""
        return cls() if settings.reuse > 1 and frames <= settings.window else None

    def keep(self, kind: BranchPass, features: Features) -> None:
        """Keep those of a pass that went through all blocks, without its graph."""
        assert features.deep is not None
        self._latest[kind] = features.deep.detach()

    def of(self, kind: BranchPass) -> Tensor:
        """What the latest whole pass of a kind kept."""
        return self._latest[kind]
