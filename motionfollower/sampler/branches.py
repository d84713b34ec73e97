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

from motionfollower.guidance import TAPS, ScoreGradient, score_gradient
from motionfollower.models.kv import KVRecorder, KVReference
from motionfollower.models.unet import UNet
from motionfollower.sampler.conditioning import Conditioning
from motionfollower.types import SamplerSettings


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

    Latents go in and come out as float32, whatever number format the network computes in.
    """

    def __init__(self, unet: UNet, conditioning: Conditioning, settings: SamplerSettings) -> None:
        self._unet = unet
        self._given = conditioning
        self._settings = settings

    def reconstruct(self, latents: Tensor, timestep: int, *, guides: bool, injects: bool) -> Reference:
        """Evaluate the reconstruction branch; it keeps its taps if it `guides` and its K, V if it `injects`."""
        given = self._given
        recorder = KVRecorder() if injects else None
        features = self._unet.features(
            self._enter(latents),
            timestep,
            given.image_embeds,
            given.source_pose,
            given.appearance,
            TAPS if guides else (),
            recorder,
        )
        masks = given.source_mask[:, None], given.target_mask[:, None]
        keys_values = KVReference(recorder, *masks) if recorder is not None else None
        return Reference(self._unet.finish(features).float(), features.taps if guides else None, keys_values)

    def edit(self, latents: Tensor, timestep: int, reference: Reference | None) -> Edit:
        """Evaluate the editing branch, guided and injected by what the `reference` of the same step kept."""
        keys_values = reference.keys_values if reference else None
        if reference is None or reference.taps is None:
            conditional, guidance = self._conditional(latents, timestep, keys_values), None
        else:
            conditional, guidance = self._guided(latents, timestep, reference.taps, keys_values)
        return Edit(self._apply_cfg(conditional, latents, timestep, keys_values), guidance)

    def conditional(self, latents: Tensor, timestep: int) -> Tensor:
        """The editing branch's plain conditional output: no CFG, not guided, not injected."""
        return self._conditional(latents, timestep, None)

    def _enter(self, latents: Tensor) -> Tensor:
        return latents.to(self._given.image_embeds.dtype)

    def _evaluate(self, latents: Tensor, timestep: int, embeds: Tensor, keys_values: KVReference | None) -> Tensor:
        given = self._given
        output: Tensor = self._unet(
            self._enter(latents), timestep, embeds, given.target_pose, given.appearance, keys_values
        )
        return output.float()

    def _conditional(self, latents: Tensor, timestep: int, keys_values: KVReference | None) -> Tensor:
        return self._evaluate(latents, timestep, self._given.image_embeds, keys_values)

    def _apply_cfg(
        self, conditional: Tensor, latents: Tensor, timestep: int, keys_values: KVReference | None
    ) -> Tensor:
        """Classifier-free guidance (Ho & Salimans 2022); only the CLIP tokens are dropped, by zeros."""
        if self._settings.cfg_scale == 1:
            return conditional
        dropped = torch.zeros_like(self._given.image_embeds)
        unconditional = self._evaluate(latents, timestep, dropped, keys_values)
        return unconditional + self._settings.cfg_scale * (conditional - unconditional)

    def _guided(
        self, latents: Tensor, timestep: int, reference_taps: Mapping[int, Tensor], keys_values: KVReference | None
    ) -> tuple[Tensor, ScoreGradient]:
        """The conditional output and the score gradient: one pass, whose up blocks run again where injected."""
        given = self._given
        with torch.enable_grad():
            at = latents.detach().requires_grad_()
            features = self._unet.features(
                self._enter(at), timestep, given.image_embeds, given.target_pose, given.appearance, TAPS
            )
        guidance = score_gradient(
            at, features.taps, reference_taps, given.source_mask, given.target_mask, self._settings.guidance
        )
        if keys_values is not None:
            features = features.joined(keys_values)
        return self._unet.finish(features).float(), guidance
