"""The two branches' evaluations of the U-Net at one step, on one stretch of the clip.

The reconstruction branch sees the source's poses and is never guided. The editing branch sees the aligned
poses, with classifier-free guidance, score guidance toward the reconstruction's features, and in camera mode
the reconstruction's keys and values.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from motionfollower.core.config import SamplerSettings
from motionfollower.models.unet.kv_injection import KVExchange, KVRecorder, KVReference
from motionfollower.models.unet.unet import Features, UNet
from motionfollower.sampling.conditioning import Conditioning
from motionfollower.sampling.feature_cache import BranchPass, FeatureCache
from motionfollower.sampling.guidance import TAPS, ScoreGradient, score_gradient


@dataclass(frozen=True)
class Reference:
    """The reconstruction branch at one step: its output, and what the editing branch looks at, where it does."""

    output: Tensor
    taps: Mapping[int, Tensor] | None
    keys_values: KVReference | None


@dataclass(frozen=True)
class Edit:
    """The editing branch at one step: its output, and the score gradient where it is guided."""

    output: Tensor
    guidance: ScoreGradient | None


class Branches:
    """The U-Net as both branches see it, with one stretch's conditions and one run's settings.

    Latents go in and come out as float32, whatever number format the network computes in. `deep` is where passes
    keep their deep features for steps that reuse them; None where no step does.
    """

    def __init__(
        self, unet: UNet, conditioning: Conditioning, settings: SamplerSettings, deep: FeatureCache | None = None
    ) -> None:
        self._unet = unet
        self._given = conditioning
        self._settings = settings
        self._deep = deep

    def reconstruct(
        self, latents: Tensor, timestep: int, *, guides: bool, injects: bool, reuses: bool = False
    ) -> Reference:
        """Evaluate the reconstruction branch; it keeps its taps if it `guides` and its K, V if it `injects`.

        Where it `reuses` deep features it has no taps, and only the finest level's K and V.
        """
        recorder = KVRecorder() if injects else None
        features = self._begin(
            BranchPass.RECONSTRUCTION, latents, timestep, TAPS if guides else (), recorder, reuses=reuses
        )
        masks = self._given.source_mask[:, None], self._given.target_mask[:, None]
        keys_values = KVReference(recorder, *masks) if recorder is not None else None
        output = self._end(BranchPass.RECONSTRUCTION, features)
        return Reference(output, features.taps if guides else None, keys_values)

    def edit(
        self,
        latents: Tensor,
        timestep: int,
        reference: Reference | None,
        *,
        uses_cfg: bool = True,
        reuses: bool = False,
    ) -> Edit:
        """Evaluate the editing branch, guided and injected by what the `reference` of the same step kept."""
        keys_values = reference.keys_values if reference else None
        if reference is None or reference.taps is None:
            conditional, guidance = self._evaluate(BranchPass.CONDITIONAL, latents, timestep, keys_values, reuses), None
        else:
            conditional, guidance = self._guided(latents, timestep, reference.taps, keys_values)
        if not uses_cfg or self._settings.cfg_scale == 1:
            return Edit(conditional, guidance)
        unconditional = self._evaluate(BranchPass.UNCONDITIONAL, latents, timestep, keys_values, reuses)
        return Edit(unconditional + self._settings.cfg_scale * (conditional - unconditional), guidance)

    def conditional(self, latents: Tensor, timestep: int) -> Tensor:
        """The editing branch's plain conditional output: no CFG, not guided, not injected."""
        return self._unet.finish(self._begin(BranchPass.CONDITIONAL, latents, timestep)).float()

    def _evaluate(
        self, kind: BranchPass, latents: Tensor, timestep: int, keys_values: KVReference | None, reuses: bool
    ) -> Tensor:
        return self._end(kind, self._begin(kind, latents, timestep, (), keys_values, reuses=reuses))

    def _begin(
        self,
        kind: BranchPass,
        latents: Tensor,
        timestep: int,
        taps: tuple[int, ...] = (),
        kv: KVExchange | None = None,
        *,
        reuses: bool = False,
    ) -> Features:
        """A pass up to its taps; for classifier-free guidance (Ho & Salimans 2022) the CLIP tokens alone are zeros."""
        given, entering = self._given, latents.to(self._given.image_embeds.dtype)
        embeds = torch.zeros_like(given.image_embeds) if kind is BranchPass.UNCONDITIONAL else given.image_embeds
        pose = given.source_pose if kind is BranchPass.RECONSTRUCTION else given.target_pose
        if reuses and self._deep is not None:
            deep = self._deep.of(kind)
            return self._unet.shallow_features(entering, timestep, embeds, pose, given.appearance, deep, kv)
        return self._unet.features(entering, timestep, embeds, pose, given.appearance, taps, kv)

    def _end(self, kind: BranchPass, features: Features) -> Tensor:
        """The output of a pass, which keeps its deep features where some step reuses them."""
        if self._deep is not None:
            features = self._unet.through(features)
            self._deep.keep(kind, features)
        return self._unet.finish(features).float()

    def _guided(
        self, latents: Tensor, timestep: int, reference_taps: Mapping[int, Tensor], keys_values: KVReference | None
    ) -> tuple[Tensor, ScoreGradient]:
        """The conditional output and the score gradient: one pass, whose up blocks run again where injected."""
        given = self._given
        with torch.enable_grad():
            at = latents.detach().requires_grad_()
            features = self._begin(BranchPass.CONDITIONAL, at, timestep, TAPS)
        guidance = score_gradient(
            at, features.taps, reference_taps, given.source_mask, given.target_mask, self._settings.guidance
        )
        if keys_values is not None:
            features = features.joined(keys_values)
        return self._end(BranchPass.CONDITIONAL, features), guidance
