"""The evaluation of both branches at one step, on one context window.

The reconstruction branch is conditioned on the source poses and never guided. The editing branch is conditioned on
the aligned target poses, with classifier-free guidance, score guidance towards the reconstruction's features and,
in camera mode, the reconstruction's keys and values.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from motionfollower.core.config import SamplerSettings
from motionfollower.models.unet.kv_injection import KVExchange, KVInjector, KVRecorder
from motionfollower.models.unet.unet import PassState, UNet
from motionfollower.sampling.conditioning import Conditioning
from motionfollower.sampling.feature_cache import BranchPass, FeatureCache
from motionfollower.sampling.guidance import TAPS, ScoreGradient, score_gradient


@dataclass(frozen=True)
class ReconstructionOutput:
    """The reconstruction branch at one step: its output, its taps if it guides, its keys and values if it injects."""

    output: Tensor
    taps: Mapping[int, Tensor] | None
    keys_values: KVInjector | None


@dataclass(frozen=True)
class EditOutput:
    """The editing branch at one step: its output, and the score gradient if the step is guided."""

    output: Tensor
    guidance: ScoreGradient | None


class Branches:
    """Both branches' passes through the U-Net, for the conditioning of one window and the settings of one run.

    Latents and outputs are float32, whatever dtype the network computes in. `cache` stores the deep features of
    passes for the steps that reuse them; None where no step does.
    """

    def __init__(
        self, unet: UNet, conditioning: Conditioning, settings: SamplerSettings, cache: FeatureCache | None = None
    ) -> None:
        self._unet = unet
        self._conditioning = conditioning
        self._settings = settings
        self._cache = cache

    def reconstruct(
        self, latents: Tensor, timestep: int, *, guides: bool, injects: bool, reuses: bool = False
    ) -> ReconstructionOutput:
        """Evaluate the reconstruction branch; keep its taps if it `guides`, and its keys and values if it `injects`.

        A pass that `reuses` deep features has no taps, and the keys and values of the finest level only.
        """
        recorder = KVRecorder() if injects else None
        state = self._start_pass(
            BranchPass.RECONSTRUCTION, latents, timestep, TAPS if guides else (), recorder, reuses=reuses
        )
        masks = self._conditioning.source_mask[:, None], self._conditioning.target_mask[:, None]
        keys_values = KVInjector(recorder, *masks) if recorder is not None else None
        output = self._finish_pass(BranchPass.RECONSTRUCTION, state)
        return ReconstructionOutput(output, state.taps if guides else None, keys_values)

    def edit(
        self,
        latents: Tensor,
        timestep: int,
        reconstruction: ReconstructionOutput | None,
        *,
        uses_cfg: bool = True,
        reuses: bool = False,
    ) -> EditOutput:
        """Evaluate the editing branch, with the taps, keys and values of the same step's `reconstruction`, if any."""
        keys_values = reconstruction.keys_values if reconstruction else None
        if reconstruction is None or reconstruction.taps is None:
            conditional, guidance = self._run_pass(BranchPass.CONDITIONAL, latents, timestep, keys_values, reuses), None
        else:
            conditional, guidance = self._run_guided_pass(latents, timestep, reconstruction.taps, keys_values)
        if not uses_cfg or self._settings.cfg_scale == 1:
            return EditOutput(conditional, guidance)
        unconditional = self._run_pass(BranchPass.UNCONDITIONAL, latents, timestep, keys_values, reuses)
        return EditOutput(unconditional + self._settings.cfg_scale * (conditional - unconditional), guidance)

    def conditional(self, latents: Tensor, timestep: int) -> Tensor:
        """The editing branch's conditional output without CFG, score guidance or injection."""
        return self._unet.finish_pass(self._start_pass(BranchPass.CONDITIONAL, latents, timestep)).float()

    def _run_pass(
        self, kind: BranchPass, latents: Tensor, timestep: int, keys_values: KVInjector | None, reuses: bool
    ) -> Tensor:
        return self._finish_pass(kind, self._start_pass(kind, latents, timestep, (), keys_values, reuses=reuses))

    def _run_guided_pass(
        self,
        latents: Tensor,
        timestep: int,
        reconstruction_taps: Mapping[int, Tensor],
        keys_values: KVInjector | None,
    ) -> tuple[Tensor, ScoreGradient]:
        """The conditional output and the score gradient of one pass; with injection, its up blocks run twice."""
        given = self._conditioning
        with torch.enable_grad():
            variable = latents.detach().requires_grad_()
            state = self._start_pass(BranchPass.CONDITIONAL, variable, timestep, TAPS)
        guidance = score_gradient(
            variable, state.taps, reconstruction_taps, given.source_mask, given.target_mask, self._settings.guidance
        )
        if keys_values is not None:
            state = state.with_kv(keys_values)
        return self._finish_pass(BranchPass.CONDITIONAL, state), guidance

    def _start_pass(
        self,
        kind: BranchPass,
        latents: Tensor,
        timestep: int,
        taps: tuple[int, ...] = (),
        kv: KVExchange | None = None,
        *,
        reuses: bool = False,
    ) -> PassState:
        """Run a pass up to its taps.

        The unconditional pass of classifier-free guidance (Ho & Salimans 2022) has zeros for the CLIP tokens; pose
        and appearance stay.
        """
        given, x = self._conditioning, latents.to(self._conditioning.image_embeds.dtype)
        embeds = torch.zeros_like(given.image_embeds) if kind is BranchPass.UNCONDITIONAL else given.image_embeds
        pose = given.source_pose if kind is BranchPass.RECONSTRUCTION else given.target_pose
        if reuses and self._cache is not None:
            deep = self._cache.of(kind)
            return self._unet.start_shallow_pass(x, timestep, embeds, pose, given.appearance, deep, kv)
        return self._unet.start_pass(x, timestep, embeds, pose, given.appearance, taps, kv)

    def _finish_pass(self, kind: BranchPass, state: PassState) -> Tensor:
        """The output of a pass, in float32; its deep features are cached where some step reuses them."""
        if self._cache is not None:
            state = self._unet.run_up_blocks(state)
            self._cache.keep(kind, state)
        return self._unet.finish_pass(state).float()
