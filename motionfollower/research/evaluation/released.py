"""The work of the released inference code: its calls, counted while it ran, on its own layers.

The calls of one 50-step edit were recorded by counting them in the released code; they are in the report of the
recorded case that `tests/parity.py` reads (`count_recon`, `count_edit_camFalse`, `count_edit_camTrue`):

- reconstruction: 50 passes of the U-Net; edit: 58 passes of both halves of CFG, as 4 of the steps are taken three
  times, and 12 passes that take the latents back in between;
- guidance, 28 times: the features of the reconstruction and of the edit by a second U-Net that stops after its
  third up block, and a gradient of each of the two losses;
- the appearance controller once for every pass but one half of those: 50 + 58 + 12 times, and 56 in the second U-Net;
- the image encoder and the decoder in both of its pipelines, the pose controller once in one and twice in the other.
"""

from __future__ import annotations

import torch
from torch import Tensor

from motionfollower.core.config import GuidanceSettings
from motionfollower.models.layers import Upsample
from motionfollower.models.model import Networks
from motionfollower.models.unet.attention import CrossAttention
from motionfollower.models.unet.kv_injection import KVRecorder, KVReference
from motionfollower.models.unet.unet import Features, UNet
from motionfollower.pipeline.memory.estimate import (
    MemoryQuery,
    PeakMemoryTracker,
    build_on_fake_tensors,
    empty_conditioning,
    on_fake_tensors,
)
from motionfollower.pipeline.memory.strategy import weights_on_device
from motionfollower.research.evaluation.flop_counter import FlopSubject, Part, count_flops, encoders_and_codec
from motionfollower.sampling.conditioning import Conditioning
from motionfollower.sampling.guidance import TAPS, score_gradient
from motionfollower.sampling.step_plan import make_plan

STEPS = 50
RECONSTRUCTIONS = 50
CFG_PASSES = 58
INJECTED_CFG_PASSES = 38  # in camera mode: those of the last 30 steps, of which 4 are taken three times
STEPS_BACK = 12
GUIDANCE_CALLS = 28
APPEARANCE_CALLS = RECONSTRUCTIONS + CFG_PASSES + STEPS_BACK + 2 * GUIDANCE_CALLS


class RepeatThenConvolve(Upsample):
    """The upsampler as released: the convolution sees every pixel four times."""

    def forward(self, x: Tensor) -> Tensor:
        """`x` [(b f), c, h, w]."""
        pixels: Tensor = self.conv(x.repeat_interleave(2, dim=2).repeat_interleave(2, dim=3))
        return pixels


class QueryASingleToken(CrossAttention):
    """The cross-attention as released: every pixel asks, though there is a single token to find."""

    def forward(self, x: Tensor, tokens: Tensor) -> Tensor:
        """`x` [b, n, c] looks at `tokens` [b, m, d]."""
        return self.look_up(x, self.to_k(tokens), self.to_v(tokens))


RELEASED_LAYERS = {Upsample: RepeatThenConvolve, CrossAttention: QueryASingleToken}
"""Where ours take a shorter way to the same numbers."""


def take_the_long_way(unet: UNet) -> None:
    """Let a U-Net compute as the released code does; its numbers stay the same."""
    for module in unet.modules():
        module.__class__ = RELEASED_LAYERS.get(type(module), type(module))


def released_parts(subject: FlopSubject, camera: bool) -> list[Part]:
    """The parts of one 50-step edit; the subject's U-Net takes the long way from now on."""
    take_the_long_way(subject.networks.unet)
    around = encoders_and_codec(subject, images=2, poses=3, appearances=APPEARANCE_CALLS, decodings=2)
    return around + _passes(subject, camera) + _guidance(subject)


@torch.no_grad()
def _passes(subject: FlopSubject, camera: bool) -> list[Part]:
    """The U-Net's passes but those for guidance."""
    unet, given, latents = subject.networks.unet, subject.conditioning(), subject.latents
    both = latents.repeat(2, 1, 1, 1, 1), given.image_embeds.repeat(2, 1, 1, 1)

    def predict(latents: Tensor, embeds: Tensor, kv: KVRecorder | KVReference | None = None) -> Tensor:
        output: Tensor = unet(latents, 0, embeds, given.target_pose, given.appearance, kv)
        return output

    once = count_flops(lambda: predict(latents, given.image_embeds))
    injected = INJECTED_CFG_PASSES if camera else 0
    parts = [
        Part("reconstruction", RECONSTRUCTIONS, once),
        Part("edit, both halves of CFG", CFG_PASSES - injected, count_flops(lambda: predict(*both))),
        Part("step back for a repeat", STEPS_BACK, once),
    ]
    if camera:
        recorder = KVRecorder()
        predict(latents, given.image_embeds, recorder)
        reference = KVReference(recorder, given.source_mask[:, None], given.target_mask[:, None])
        parts.append(
            Part("edit, both halves of CFG, injected", injected, count_flops(lambda: predict(*both, reference)))
        )
    return parts


def _guidance(subject: FlopSubject) -> list[Part]:
    """The features of both branches, and the two gradients with respect to the edit's latents."""
    given, latents = subject.conditioning(), subject.latents.requires_grad_()

    def features() -> Features:
        return subject.networks.unet.features(latents, 0, given.image_embeds, given.target_pose, given.appearance, TAPS)

    taps = features().taps
    reference = {tap: feature.detach() for tap, feature in taps.items()}
    masks = given.source_mask, given.target_mask
    gradients = count_flops(lambda: score_gradient(latents, taps, reference, *masks, GuidanceSettings()))
    return [
        Part("features for guidance", 2 * GUIDANCE_CALLS, count_flops(features)),
        Part("both gradients of guidance", GUIDANCE_CALLS, gradients),
    ]


LATENT_BYTES = 4


def kept_for_camera_mode(job: MemoryQuery) -> tuple[int, int]:
    """Bytes of keys, values and latents kept: those of one step, and those of all steps as released."""
    injected = sum(plan.injects for plan in make_plan(job.settings, job.config.schedule))
    with on_fake_tensors(), torch.no_grad():
        networks = build_on_fake_tensors(job.config, job.dtype)
        given, latents = empty_conditioning(networks, job)
        one_step = _record(networks, given, latents)
    trajectory = LATENT_BYTES * latents.numel() * (job.settings.steps + 1)
    return one_step, one_step * injected + trajectory


def released_peak(job: MemoryQuery) -> int:
    """The most that the released order holds at once, its stores included."""
    _, kept = kept_for_camera_mode(job)
    with on_fake_tensors(), torch.no_grad():
        networks = build_on_fake_tensors(job.config, job.dtype)
        second = sum(weight.nbytes for weight in networks.unet.parameters())
        given, latents = empty_conditioning(networks, job)
        with PeakMemoryTracker([*weights_on_device(networks), *given.tensors()]) as counter:
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
