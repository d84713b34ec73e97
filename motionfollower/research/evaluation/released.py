"""The cost of the released inference code: the calls that it makes, on its own layers, and its peak memory.

The calls of one 50-step edit were recorded by counting them in the released code; they are in the report of the
recorded case that `tools/parity.py` reads (`count_recon`, `count_edit_camFalse`, `count_edit_camTrue`):

- reconstruction: 50 passes of the U-Net; edit: 58 passes of both halves of CFG, as 4 of the steps are taken three
  times, and 12 passes that step the latents back in between;
- guidance, 28 times: the features of the reconstruction and of the edit by a second U-Net that stops after its
  third up block, and a gradient of each of the two losses;
- the appearance controller once per pass (one for both halves of CFG): 50 + 58 + 12 times, and 56 times in the
  second U-Net;
- the image encoder and the decoder in both of its pipelines, the pose controller once in one and twice in the other.

Its memory is counted on our networks: a second U-Net, and the keys, values and latents of all steps, which it keeps
from the reconstruction to the edit.
"""

from __future__ import annotations

import torch
from torch import Tensor

from motionfollower.core.config import GuidanceSettings
from motionfollower.models.layers import Upsample
from motionfollower.models.model import Networks
from motionfollower.models.unet.attention import CrossAttention
from motionfollower.models.unet.kv_injection import KVInjector, KVRecorder
from motionfollower.models.unet.unet import PassState, UNet
from motionfollower.pipeline.memory.estimate import (
    MemoryQuery,
    PeakMemoryTracker,
    build_on_fake_tensors,
    empty_conditioning,
    on_fake_tensors,
)
from motionfollower.pipeline.memory.strategy import weights_on_device
from motionfollower.research.evaluation.flop_counter import CallGroup, FlopSubject, count_flops, encoder_and_codec_calls
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
LATENT_BYTES = 4  # a number of the stored latents, in single precision


class ReleasedUpsample(Upsample):
    """The released upsampler: the convolution runs at the higher resolution."""

    def forward(self, x: Tensor) -> Tensor:
        """`x` [(b f), c, h, w]."""
        pixels: Tensor = self.conv(x.repeat_interleave(2, dim=2).repeat_interleave(2, dim=3))
        return pixels


class ReleasedCrossAttention(CrossAttention):
    """The released cross-attention: queries are computed although there is a single token to attend to."""

    def forward(self, x: Tensor, tokens: Tensor) -> Tensor:
        """`x` [b, n, c] attends to `tokens` [b, m, d]."""
        return self.attend_to(x, self.to_k(tokens), self.to_v(tokens))


RELEASED_LAYERS = {Upsample: ReleasedUpsample, CrossAttention: ReleasedCrossAttention}
"""The released form of the layers that we compute with fewer operations."""


def use_released_layers(unet: UNet) -> None:
    """Make a U-Net compute as the released code does; its outputs stay the same up to rounding."""
    for module in unet.modules():
        module.__class__ = RELEASED_LAYERS.get(type(module), type(module))


def released_calls(subject: FlopSubject, camera: bool) -> list[CallGroup]:
    """The calls of one 50-step edit; the subject's U-Net gets the released layers."""
    use_released_layers(subject.networks.unet)
    encoders = encoder_and_codec_calls(subject, images=2, poses=3, appearances=APPEARANCE_CALLS, decodings=2)
    return encoders + _passes(subject, camera) + _guidance(subject)


@torch.no_grad()
def _passes(subject: FlopSubject, camera: bool) -> list[CallGroup]:
    """The U-Net's passes, except those for guidance."""
    unet, conditioning, latents = subject.networks.unet, subject.conditioning(), subject.latents
    both = latents.repeat(2, 1, 1, 1, 1), conditioning.image_embeds.repeat(2, 1, 1, 1)

    def predict(latents: Tensor, embeds: Tensor, kv: KVRecorder | KVInjector | None = None) -> Tensor:
        output: Tensor = unet(latents, 0, embeds, conditioning.target_pose, conditioning.appearance, kv)
        return output

    once = count_flops(lambda: predict(latents, conditioning.image_embeds))
    injected = INJECTED_CFG_PASSES if camera else 0
    calls = [
        CallGroup("reconstruction", RECONSTRUCTIONS, once),
        CallGroup("edit, both halves of CFG", CFG_PASSES - injected, count_flops(lambda: predict(*both))),
        CallGroup("step back for a repeat", STEPS_BACK, once),
    ]
    if camera:
        recorder = KVRecorder()
        predict(latents, conditioning.image_embeds, recorder)
        injector = KVInjector(recorder, conditioning.source_mask[:, None], conditioning.target_mask[:, None])
        calls.append(
            CallGroup("edit, both halves of CFG, injected", injected, count_flops(lambda: predict(*both, injector)))
        )
    return calls


def _guidance(subject: FlopSubject) -> list[CallGroup]:
    """The features of both branches, and the two gradients with respect to the edit's latents."""
    conditioning, latents = subject.conditioning(), subject.latents.requires_grad_()

    def features() -> PassState:
        return subject.networks.unet.start_pass(
            latents, 0, conditioning.image_embeds, conditioning.target_pose, conditioning.appearance, TAPS
        )

    taps = features().taps
    reference = {tap: feature.detach() for tap, feature in taps.items()}
    masks = conditioning.source_mask, conditioning.target_mask
    gradients = count_flops(lambda: score_gradient(latents, taps, reference, *masks, GuidanceSettings()))
    return [
        CallGroup("features for guidance", 2 * GUIDANCE_CALLS, count_flops(features)),
        CallGroup("both gradients of guidance", GUIDANCE_CALLS, gradients),
    ]


def camera_mode_bytes(query: MemoryQuery) -> tuple[int, int]:
    """Bytes kept for camera mode: one step's keys and values, and as released, those of all steps with all latents."""
    injected = sum(plan.injects for plan in make_plan(query.settings, query.config.schedule))
    with on_fake_tensors(), torch.no_grad():
        networks = build_on_fake_tensors(query.config, query.dtype)
        conditioning, latents = empty_conditioning(networks, query)
        one_step = _record(networks, conditioning, latents)
    trajectory = LATENT_BYTES * latents.numel() * (query.settings.steps + 1)
    return one_step, one_step * injected + trajectory


def released_peak(query: MemoryQuery) -> int:
    """The peak memory of the released order of work in bytes, with what it keeps for camera mode."""
    _, kept = camera_mode_bytes(query)
    with on_fake_tensors(), torch.no_grad():
        networks = build_on_fake_tensors(query.config, query.dtype)
        second_unet = sum(weight.nbytes for weight in networks.unet.parameters())
        conditioning, latents = empty_conditioning(networks, query)
        with PeakMemoryTracker([*weights_on_device(networks), *conditioning.tensors()]) as tracker:
            _guided_step(networks, conditioning, latents)
    return int(tracker.peak) + second_unet + kept


def _record(networks: Networks, conditioning: Conditioning, latents: Tensor) -> int:
    recorder = KVRecorder()
    networks.unet(
        latents.to(conditioning.image_embeds),
        0,
        conditioning.image_embeds,
        conditioning.source_pose,
        conditioning.appearance,
        recorder,
    )
    return sum(tensor.nbytes for pair in recorder.layers.values() for tensor in pair)


def _guided_step(networks: Networks, conditioning: Conditioning, latents: Tensor) -> None:
    """Run the edit's injected pass with both halves of CFG, then the features of both branches and the gradients."""
    unet, embeds, dtype = networks.unet, conditioning.image_embeds, conditioning.image_embeds.dtype
    both = latents.to(dtype).repeat(2, 1, 1, 1, 1), embeds.repeat(2, 1, 1, 1)
    recorder = KVRecorder()
    unet(latents.to(dtype), 0, embeds, conditioning.source_pose, conditioning.appearance, recorder)
    injector = KVInjector(recorder, conditioning.source_mask[:, None], conditioning.target_mask[:, None])
    unet(both[0], 0, both[1], conditioning.target_pose, conditioning.appearance, injector)
    del recorder, injector
    rest = conditioning.appearance, TAPS
    taps = unet.start_pass(latents.to(dtype), 0, embeds, conditioning.source_pose, *rest).taps
    with torch.enable_grad():
        edit_latents = latents.detach().requires_grad_()
        edited = unet.start_pass(edit_latents.to(dtype), 0, embeds, conditioning.target_pose, *rest).taps
    score_gradient(edit_latents, edited, taps, conditioning.source_mask, conditioning.target_mask, GuidanceSettings())
