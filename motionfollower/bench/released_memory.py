"""The memory of the released order of work: a whole reconstruction, all that the edit will want kept, then the edit.

Its guidance features come from a second U-Net, and both halves of CFG go through the first one at once.
"""

from __future__ import annotations

import torch
from torch import Tensor

from motionfollower.guidance import TAPS, score_gradient
from motionfollower.models.kv import KVRecorder, KVReference
from motionfollower.models.networks import Networks
from motionfollower.needs import Job, conditions
from motionfollower.offload import weights_held
from motionfollower.rehearsal import LiveBytes, build_without_memory, without_memory
from motionfollower.sampler.conditioning import Conditioning
from motionfollower.sampler.plan import make_plan
from motionfollower.settings import GuidanceSettings

LATENT_BYTES = 4


def kept_for_camera_mode(job: Job) -> tuple[int, int]:
    """Bytes of keys, values and latents kept: those of one step, and those of all steps as released."""
    injected = sum(plan.injects for plan in make_plan(job.settings, job.config.schedule))
    with without_memory(), torch.no_grad():
        networks = build_without_memory(job.config, job.dtype)
        given, latents = conditions(networks, job)
        one_step = _record(networks, given, latents)
    trajectory = LATENT_BYTES * latents.numel() * (job.settings.steps + 1)
    return one_step, one_step * injected + trajectory


def released_peak(job: Job) -> int:
    """The most that the released order holds at once, its stores included."""
    _, kept = kept_for_camera_mode(job)
    with without_memory(), torch.no_grad():
        networks = build_without_memory(job.config, job.dtype)
        second = sum(weight.nbytes for weight in networks.unet.parameters())
        given, latents = conditions(networks, job)
        with LiveBytes([*weights_held(networks), *given.tensors()]) as counter:
            _guided_step(networks, given, latents)
    return int(counter.peak) + second + kept


def _record(networks: Networks, given: Conditioning, latents: Tensor) -> int:
    recorder = KVRecorder()
    networks.unet(latents.to(given.image_embeds), 0, given.image_embeds, given.source_pose, given.appearance, recorder)
    return sum(tensor.nbytes for pair in recorder.layers.values() for tensor in pair)


def _guided_step(networks: Networks, given: Conditioning, latents: Tensor) -> None:
    """The edit's pass with both halves of CFG, injected; then the features of both branches and the two gradients."""
    unet, embeds, dtype = networks.unet, given.image_embeds, given.image_embeds.dtype
    both = latents.to(dtype).repeat(2, 1, 1, 1, 1), embeds.repeat(2, 1, 1, 1)
    recorder = KVRecorder()
    unet(latents.to(dtype), 0, embeds, given.source_pose, given.appearance, recorder)
    reference = KVReference(recorder, given.source_mask[:, None], given.target_mask[:, None])
    unet(both[0], 0, both[1], given.target_pose, given.appearance, reference)
    del recorder, reference
    rest = given.appearance, TAPS
    taps = unet.features(latents.to(dtype), 0, embeds, given.source_pose, *rest).taps
    with torch.enable_grad():
        at = latents.detach().requires_grad_()
        edited = unet.features(at.to(dtype), 0, embeds, given.target_pose, *rest).taps
    score_gradient(at, edited, taps, given.source_mask, given.target_mask, GuidanceSettings())
