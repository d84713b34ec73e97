"""Compare each network alone with the oracle."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from motionfollower.models.layers import unfold_frames
from motionfollower.models.model import Networks
from motionfollower.models.unet.kv_injection import KVInjector, KVRecorder
from motionfollower.models.unet.unet import UNet
from tools.oracle import Case, Inputs, Row, rel_l2

TOLERANCE = 1e-5


def modules(case: Case) -> Iterator[Row]:
    """Each network alone; a recorded number that none of them computes has an infinite error."""
    recorded = case.tensors("modules")
    uncomputed = {name for name in recorded if ".in." not in name}
    for part in (encoders, unet_passes, activations, camera_mode, estimator, decoder):
        for name, ours in part(case, recorded):
            if name in recorded:
                uncomputed.discard(name)
                yield name, rel_l2(ours, recorded[name]), TOLERANCE
    for name in sorted(uncomputed):
        yield name, math.inf, TOLERANCE


Part = Iterator[tuple[str, Tensor]]
Recorded = dict[str, Tensor]


def encoders(case: Case, recorded: Recorded) -> Part:
    """The controllers and the image encoder."""
    networks, inputs = case.networks, case.inputs
    yield "pose_guider.out.source", networks.pose_controller(inputs.source_pose)
    yield "pose_guider.out.target", networks.pose_controller(inputs.target_pose)
    yield "clip.out.image_embeds", networks.image_encoder.embed(inputs.encoder_pixels)
    for level, feature in enumerate(networks.unet.encode_appearance(inputs.appearance)):
        yield f"adapter_denoising.out.{level}", feature


@dataclass(frozen=True)
class Pass:
    """The U-Net and the inputs of the recorded passes."""

    unet: UNet
    embeds: Tensor
    source_pose: Tensor
    target_pose: Tensor
    appearance: tuple[Tensor, ...]
    x: Tensor
    y: Tensor

    @classmethod
    def of(cls, networks: Networks, inputs: Inputs, recorded: Recorded) -> Pass:
        return cls(
            unet=networks.unet,
            embeds=recorded["clip.out.image_embeds"][None, :, None],
            source_pose=networks.pose_controller(inputs.source_pose),
            target_pose=networks.pose_controller(inputs.target_pose),
            appearance=networks.unet.encode_appearance(inputs.appearance),
            x=recorded["unet.in.x"],
            y=recorded["unet.in.y"],
        )

    def conditional(self, latents: Tensor, timestep: int, pose: Tensor, kv: KVRecorder | None = None) -> Tensor:
        return self.unet(latents, timestep, self.embeds, pose, self.appearance, kv)

    def with_cfg(self, latents: Tensor, timestep: int, kv: KVInjector | None = None) -> Tensor:
        """The unconditional and the conditional half of CFG in one batch, with the target pose."""
        embeds = torch.cat([torch.zeros_like(self.embeds), self.embeds])
        return self.unet(torch.cat([latents, latents]), timestep, embeds, self.target_pose, self.appearance, kv)


def unet_passes(case: Case, recorded: Recorded) -> Part:
    """The U-Net at several timesteps, conditional and with CFG."""
    run = Pass.of(case.networks, case.inputs, recorded)
    no_pose = torch.zeros_like(run.source_pose)
    yield "unet.out.cond_i5_t499_nopose", run.conditional(run.x, 499, no_pose)
    yield "unet.out.cond_i5_t19_posescale0.5", run.conditional(run.x, 19, run.target_pose / 2)
    yield "unet.out.cfg_i5_t999", run.with_cfg(run.x, 999)
    yield "unet.out.camFalse_cfg_i25_t499", run.with_cfg(run.y, 499)
    yield "unet.out.camTrue_cond_iter-2_t479", run.conditional(run.y, 479, run.target_pose)


def activations(case: Case, recorded: Recorded) -> Part:
    """The outputs of submodules of the U-Net in one pass, by submodule name."""
    run = Pass.of(case.networks, case.inputs, recorded)
    prefix, seen = "unet.act.cond_i5_t499.", {}

    def keep(name: str) -> Callable[[nn.Module, Any, Any], None]:
        def hook(module: nn.Module, args: Any, output: Any) -> None:
            seen[name] = output[0] if isinstance(output, tuple) else output

        return hook

    names = [key.removeprefix(prefix) for key in recorded if key.startswith(prefix)]
    hooks = [run.unet.get_submodule(name).register_forward_hook(keep(name)) for name in names]
    yield "unet.out.cond_i5_t499_savekv", run.conditional(run.x, 499, run.source_pose)
    for hook in hooks:
        hook.remove()
    for name, output in seen.items():
        yield prefix + name, unfold_frames(output, run.x.shape[2]) if output.ndim == 4 else output


def camera_mode(case: Case, recorded: Recorded) -> Part:
    """A reconstruction pass that records its keys and values, and an editing pass that they are injected into."""
    run = Pass.of(case.networks, case.inputs, recorded)
    recorder = KVRecorder()
    yield "unet.out.camTrue_save_i25_t499", run.conditional(run.x, 499, run.source_pose, recorder)
    for name, module in run.unet.named_modules():
        if module in recorder.layers:
            key, value = recorder.layers[module]
            layer = name.removesuffix(".transformer_blocks.0.attn1")
            yield f"kv.{layer}.key", key
            yield f"kv.{layer}.value", value
    injector = KVInjector(recorder, case.inputs.source_masks, case.inputs.target_masks)
    yield "unet.out.camTrue_cfg_inject_i25_t499", run.with_cfg(run.y, 499, injector)


def estimator(case: Case, recorded: Recorded) -> Part:
    """The tapped features of the released code's second U-Net, the estimator."""
    if not case.has_estimator:
        return
    run = Pass.of(case.load("denoising_unet", "estimator_delta"), case.inputs, recorded)
    for level, feature in enumerate(run.appearance):
        yield f"adapter_estimator.out.{level}", feature
    state = run.unet.start_pass(run.x, 479, run.embeds, run.target_pose, run.appearance, taps=(1, 2))
    for index, tap in state.taps.items():
        yield f"estimator.out.up_ft.{index}.x_t479_targetpose", tap
    yield "estimator.out.sample.x_t479_targetpose", run.unet.finish_pass(state)


def decoder(case: Case, recorded: Recorded) -> Part:
    """The decoded frames of latents that were recorded before scaling."""
    latents = recorded["vae.in.z"].transpose(0, 1)[None] * case.networks.config.codec.scaling_factor
    yield "vae.out.decode", case.networks.codec.decode(latents)[0].transpose(0, 1)
