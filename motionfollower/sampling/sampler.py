"""The sampler: the reconstruction and the editing branch, denoised in lockstep from the same noise.

Step i of both branches runs together, so that the reconstruction's features, keys and values are used within their
step: no trajectory is stored, unlike in the released code, which runs one branch after the other.
"""

from __future__ import annotations

import math
from collections.abc import Generator
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from motionfollower.core.config import SamplerSettings
from motionfollower.core.device import NoiseSource
from motionfollower.core.types import StepLosses
from motionfollower.models.model import Networks
from motionfollower.sampling.conditioning import Conditioning
from motionfollower.sampling.ddim import Prediction, apply_guidance, ddim_step, stochastic_ddim_step, to_x0_eps
from motionfollower.sampling.evaluator import Evaluation, Evaluator
from motionfollower.sampling.step_plan import StepPlan, make_plan


@dataclass(frozen=True)
class Step:
    """One finished step: the editing branch's latents after it, and its prediction of x0, both [1, c, f, h, w].

    `losses` are those of the step's last evaluation, None where it was not guided.
    """

    index: int
    total: int
    latents: Tensor
    x0: Tensor
    losses: StepLosses | None


@torch.no_grad()
def sample(
    networks: Networks, conditioning: Conditioning, settings: SamplerSettings, size: tuple[int, int]
) -> Generator[Step, None, Tensor]:
    """Denoise an edit with latents of `size` (height, width); yield each step, return the clean latents.

    The generator of the seed draws x_T first, then once for each step with SDE noise; nothing else is random.
    """
    plans = make_plan(settings, networks.config.schedule)
    run = Lockstep(networks, conditioning, settings, size, plans[0].alpha_bar)
    for plan in plans:
        yield run.advance(plan)
    return run.edit


class Lockstep:
    """The state of a run: both branches' latents, float32 [1, c, f, h, w], and how a step advances them.

    Both start as √(1 − ᾱ)·noise at the first noise level ᾱ: as pure noise at ᾱ = 0, and above it (strength < 1) as
    the noised zero latents (SDEdit, Meng et al. 2022), which a layer codec decodes to the puppet.
    """

    def __init__(
        self,
        networks: Networks,
        conditioning: Conditioning,
        settings: SamplerSettings,
        size: tuple[int, int],
        alpha_bar: float,
    ) -> None:
        self._prediction_type = networks.config.prediction_type
        self._settings = settings
        self._evaluator = Evaluator(networks.unet, conditioning, settings)
        self._noise = NoiseSource(settings.seed)
        self._target_mask = F.interpolate(conditioning.target_mask[None], size, mode="nearest")[None]
        self._shape = (1, networks.config.unet.in_channels, len(conditioning), *size)
        self.edit = math.sqrt(1 - alpha_bar) * self._draw()
        self.reconstruction = self.edit

    def advance(self, plan: StepPlan) -> Step:
        """Take a step in both branches; the editing branch takes it `plan.repeats` times."""
        for _ in range(plan.repeats - 1):
            prediction, _ = self._predict(plan)
            self.edit = self._step_back(plan, self._step_edit(plan, prediction))
        prediction, evaluation = self._predict(plan)
        self.edit = self._step_edit(plan, prediction)
        if evaluation.reconstruction is not None:
            self.reconstruction = self._step_reconstruction(plan, evaluation.reconstruction)
        return Step(plan.index, self._settings.steps, self.edit, prediction.x0, evaluation.losses)

    def _draw(self) -> Tensor:
        return self._noise.draw(self._shape, self._target_mask.device, torch.float32)

    def _predict(self, plan: StepPlan) -> tuple[Prediction, Evaluation]:
        """The editing branch's prediction at its current latents, with score guidance if the step is guided."""
        evaluation = self._evaluator.evaluate(plan, self.edit, self.reconstruction)
        prediction = to_x0_eps(evaluation.edit, self.edit, plan.alpha_bar, self._prediction_type)
        if evaluation.gradient is not None:
            prediction = apply_guidance(prediction, evaluation.gradient, plan.alpha_bar)
        return prediction, evaluation

    def _step_edit(self, plan: StepPlan, prediction: Prediction) -> Tensor:
        """The editing branch's latents at the next noise level."""
        if not plan.noises:
            return ddim_step(prediction, plan.next_alpha_bar)
        return stochastic_ddim_step(
            prediction, plan.alpha_bar, plan.next_alpha_bar, self._settings.noise_eta, self._draw(), self._target_mask
        )

    def _step_back(self, plan: StepPlan, latents: Tensor) -> Tensor:
        """Re-noise the editing branch's latents from the next noise level to this one: DDIM backwards, conditional."""
        output = self._evaluator.conditional(plan, latents, plan.next_timestep)
        return ddim_step(to_x0_eps(output, latents, plan.next_alpha_bar, self._prediction_type), plan.alpha_bar)

    def _step_reconstruction(self, plan: StepPlan, output: Tensor) -> Tensor:
        """The reconstruction branch's latents at the next noise level."""
        prediction = to_x0_eps(output, self.reconstruction, plan.alpha_bar, self._prediction_type)
        return ddim_step(prediction, plan.next_alpha_bar)
