"""Both branches at one step over a whole clip: window by window, blended."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from statistics import fmean

from torch import Tensor

from motionfollower.core.config import SamplerSettings
from motionfollower.core.types import StepLosses
from motionfollower.models.unet.unet import UNet
from motionfollower.sampling.branches import Branches, Reference
from motionfollower.sampling.conditioning import Conditioning
from motionfollower.sampling.context_windows import WindowAccumulator, context_windows
from motionfollower.sampling.feature_cache import FeatureCache
from motionfollower.sampling.guidance import ScoreGradient
from motionfollower.sampling.step_plan import StepPlan


@dataclass(frozen=True)
class Evaluation:
    """Both branches' outputs, and the score gradient and its losses where the step is guided.

    The tensors are float32 [1, c, f, h, w]; `reference` is None where no step looks at it any more.
    """

    edit: Tensor
    reference: Tensor | None
    gradient: Tensor | None
    losses: StepLosses | None


class Evaluator:
    """Evaluates the branches of one run.

    A clip that fits one window keeps its reconstruction until the next step, so that repeats of a step find
    it, and its deep features where later steps reuse them; longer clips compute both again, window by window,
    and hold one window's at a time.
    """

    def __init__(self, unet: UNet, conditioning: Conditioning, settings: SamplerSettings) -> None:
        self._unet = unet
        self._conditioning = conditioning
        self._settings = settings
        self._deep = FeatureCache.of_run(settings, len(conditioning))
        self._latest: tuple[StepPlan, slice, Reference] | None = None

    def evaluate(self, plan: StepPlan, edit: Tensor, reference: Tensor) -> Evaluation:
        """Evaluate both branches at latents [1, c, f, h, w] as the step's plan says."""
        outputs, references, gradients = (self._blend(plan, edit) for _ in range(3))
        scores: list[ScoreGradient] = []
        for frames, branches in self._windows(plan):
            reconstruction = self._reconstruct(plan, frames, branches, reference) if plan.reconstructs else None
            result = branches.edit(
                edit[:, :, frames], plan.timestep, reconstruction, uses_cfg=plan.uses_cfg, reuses=plan.reuses
            )
            outputs.add(frames, result.output)
            if reconstruction is not None:
                references.add(frames, reconstruction.output)
            if result.guidance is not None:
                gradients.add(frames, result.guidance.gradient)
                scores.append(result.guidance)
        return Evaluation(
            edit=outputs.mean(),
            reference=references.mean() if plan.reconstructs else None,
            gradient=gradients.mean() if scores else None,
            losses=_mean_losses(plan.index, scores) if scores else None,
        )

    def conditional(self, plan: StepPlan, latents: Tensor, timestep: int) -> Tensor:
        """The editing branch's plain conditional output: no CFG, not guided, not injected."""
        outputs = self._blend(plan, latents)
        for frames, branches in self._windows(plan):
            outputs.add(frames, branches.conditional(latents[:, :, frames], timestep))
        return outputs.mean()

    def _reconstruct(self, plan: StepPlan, frames: slice, branches: Branches, latents: Tensor) -> Reference:
        if self._latest is None or self._latest[:2] != (plan, frames):
            self._latest = None  # free the last window's before the next is computed
            reference = branches.reconstruct(
                latents[:, :, frames],
                plan.timestep,
                guides=plan.guides,
                injects=plan.injects,
                reuses=plan.reuses,
            )
            self._latest = (plan, frames, reference)
        return self._latest[2]

    def _stretches(self, plan: StepPlan) -> list[slice]:
        return context_windows(len(self._conditioning), self._settings.window, self._settings.overlap, plan.index)

    def _windows(self, plan: StepPlan) -> Iterator[tuple[slice, Branches]]:
        for frames in self._stretches(plan):
            yield frames, Branches(self._unet, self._conditioning.window(frames), self._settings, self._deep)

    def _blend(self, plan: StepPlan, like: Tensor) -> WindowAccumulator:
        """An empty blend; where one window holds the whole clip its edges weigh in full."""
        return WindowAccumulator(like, self._settings.overlap if len(self._stretches(plan)) > 1 else 0)


def _mean_losses(index: int, scores: list[ScoreGradient]) -> StepLosses:
    return StepLosses(index, fmean(float(s.foreground) for s in scores), fmean(float(s.background) for s in scores))
