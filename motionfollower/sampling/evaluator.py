"""The evaluation of both branches at one step over a whole clip: window by window, blended."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from statistics import fmean

from torch import Tensor

from motionfollower.core.config import SamplerSettings
from motionfollower.core.types import StepLosses
from motionfollower.models.unet.unet import UNet
from motionfollower.sampling.branches import Branches, ReconstructionOutput
from motionfollower.sampling.conditioning import Conditioning
from motionfollower.sampling.context_windows import WindowAccumulator, context_windows
from motionfollower.sampling.feature_cache import FeatureCache
from motionfollower.sampling.guidance import ScoreGradient
from motionfollower.sampling.step_plan import StepPlan


@dataclass(frozen=True)
class Evaluation:
    """Both branches' outputs at one step, and the score gradient and its losses if the step is guided.

    The tensors are float32 [1, c, f, h, w]; `reconstruction` is None where neither this nor a later step uses it.
    """

    edit: Tensor
    reconstruction: Tensor | None
    gradient: Tensor | None
    losses: StepLosses | None


class Evaluator:
    """Evaluates the branches at the steps of one run.

    For a clip of a single context window it keeps the reconstruction until the next step, so that repeats of a step
    need not evaluate it again, and the deep features that later steps reuse. For a longer clip it evaluates them again,
    and holds those of one window at a time.
    """

    def __init__(self, unet: UNet, conditioning: Conditioning, settings: SamplerSettings) -> None:
        self._unet = unet
        self._conditioning = conditioning
        self._settings = settings
        self._cache = FeatureCache.of_run(settings, len(conditioning))
        self._latest: tuple[StepPlan, slice, ReconstructionOutput] | None = None

    def evaluate(self, plan: StepPlan, edit: Tensor, reconstruction: Tensor) -> Evaluation:
        """Evaluate both branches at their latents [1, c, f, h, w], according to the plan of the step."""
        outputs, reconstructions, gradients = (self._accumulator(plan, edit) for _ in range(3))
        scores: list[ScoreGradient] = []
        for frames, branches in self._branches(plan):
            kept = self._reconstruct(plan, frames, branches, reconstruction) if plan.reconstructs else None
            result = branches.edit(edit[:, :, frames], plan.timestep, kept, uses_cfg=plan.uses_cfg, reuses=plan.reuses)
            outputs.add(frames, result.output)
            if kept is not None:
                reconstructions.add(frames, kept.output)
            if result.guidance is not None:
                gradients.add(frames, result.guidance.gradient)
                scores.append(result.guidance)
        return Evaluation(
            edit=outputs.mean(),
            reconstruction=reconstructions.mean() if plan.reconstructs else None,
            gradient=gradients.mean() if scores else None,
            losses=_mean_losses(plan.index, scores) if scores else None,
        )

    def conditional(self, plan: StepPlan, latents: Tensor, timestep: int) -> Tensor:
        """The editing branch's conditional output without CFG, score guidance or injection."""
        outputs = self._accumulator(plan, latents)
        for frames, branches in self._branches(plan):
            outputs.add(frames, branches.conditional(latents[:, :, frames], timestep))
        return outputs.mean()

    def _branches(self, plan: StepPlan) -> Iterator[tuple[slice, Branches]]:
        """The frames of each context window of a step, and the branches on them."""
        for frames in self._windows(plan):
            yield frames, Branches(self._unet, self._conditioning.window(frames), self._settings, self._cache)

    def _windows(self, plan: StepPlan) -> list[slice]:
        return context_windows(len(self._conditioning), self._settings.window, self._settings.overlap, plan.index)

    def _accumulator(self, plan: StepPlan, like: Tensor) -> WindowAccumulator:
        """An empty accumulator; edges have full weight where one window covers the whole clip."""
        return WindowAccumulator(like, self._settings.overlap if len(self._windows(plan)) > 1 else 0)

    def _reconstruct(self, plan: StepPlan, frames: slice, branches: Branches, latents: Tensor) -> ReconstructionOutput:
        """The reconstruction branch on a window; its last output is reused for the same step and window."""
        if self._latest is None or self._latest[:2] != (plan, frames):
            self._latest = None  # free the last window's reconstruction before the next is computed
            output = branches.reconstruct(
                latents[:, :, frames],
                plan.timestep,
                guides=plan.guides,
                injects=plan.injects,
                reuses=plan.reuses,
            )
            self._latest = (plan, frames, output)
        return self._latest[2]


def _mean_losses(index: int, scores: list[ScoreGradient]) -> StepLosses:
    return StepLosses(index, fmean(float(s.foreground) for s in scores), fmean(float(s.background) for s in scores))
