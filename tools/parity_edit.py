"""Compare the schedule, the random draws, score guidance and whole edits with the oracle."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

import torch
from torch import Tensor

from motionfollower.core.config import GuidanceSettings, SamplerSettings
from motionfollower.core.device import NoiseSource
from motionfollower.models.config import ScheduleConfig
from motionfollower.models.model import Networks
from motionfollower.models.unet.kv_injection import KVExchange
from motionfollower.models.unet.unet import PassState, UNet
from motionfollower.sampling.conditioning import Conditioning
from motionfollower.sampling.ddim import trailing_timesteps, zero_snr_alpha_bars
from motionfollower.sampling.evaluator import Evaluator
from motionfollower.sampling.guidance import ENERGY, TAPS, losses, score_gradient, similarities
from motionfollower.sampling.sampler import Lockstep
from motionfollower.sampling.step_plan import StepPlan, make_plan
from tools.oracle import Case, Row, rel_l2

TOLERANCE = 1e-4
EXACT = 1e-6
SHARED = ("edit_shared_camFalse", "edit_shared_camTrue")
"""Edits guided by the features of the U-Net that denoises."""

SEPARATE = ("edit_camFalse", "edit_camTrue")
"""Edits guided by the features of the released code's second U-Net."""

NONSQUARE = ("nonsquare_edit_noguidance", "nonsquare_edit_EXTENSION")

NAMED_STEPS = (0, 1, 10, 11, 19, 20, 22, 24, 30, 49)
"""The first and last steps, and those where a part of the method starts or stops acting."""


def schedule(case: Case) -> Iterator[Row]:
    """The timesteps of a run, and ᾱ at all 1000 timesteps."""
    if recorded := case.tensors("schedule"):
        timesteps = torch.tensor(trailing_timesteps(len(recorded["timesteps"])))
        yield "schedule.timesteps", rel_l2(timesteps.double(), recorded["timesteps"].double()), EXACT
        alpha_bars = zero_snr_alpha_bars(ScheduleConfig.from_json(case.config["scheduler_kwargs"]))
        yield "schedule.alphas_cumprod", rel_l2(alpha_bars, recorded["alphas_cumprod"]), EXACT


def condition(networks: Networks, case: Case) -> Conditioning:
    """The conditioning of both branches, from the case's inputs."""
    inputs = case.inputs
    return Conditioning(
        image_embeds=networks.image_encoder.embed(inputs.encoder_pixels)[None, :, None],
        source_pose=networks.pose_controller(inputs.source_pose),
        target_pose=networks.pose_controller(inputs.target_pose),
        appearance=networks.unet.encode_appearance(inputs.appearance),
        source_mask=inputs.source_masks[:, 0],
        target_mask=inputs.target_masks[:, 0],
    )


def guidance(case: Case) -> Iterator[Row]:
    """Score guidance with the features of the released code's second U-Net, the estimator."""
    recorded = case.tensors("guidance")
    if not recorded or not case.has_estimator:
        return
    networks = case.load("denoising_unet", "estimator_delta")
    given = condition(networks, case)
    for timestep in sorted({int(key.split(".")[0][1:]) for key in recorded if key.startswith("t")}):
        for name, ours in _guidance_at(timestep, networks.unet, given, recorded):
            key = f"t{timestep}.{name}"
            yield f"guidance.{key}", rel_l2(ours, recorded[key]), TOLERANCE


def _guidance_at(
    timestep: int, unet: UNet, given: Conditioning, recorded: dict[str, Tensor]
) -> Iterator[tuple[str, Tensor]]:
    """All similarities, both losses and their gradients, and the score gradient."""
    settings, masks = GuidanceSettings(), (given.source_mask, given.target_mask)
    latents = recorded["in.latent"].clone().requires_grad_()
    embeds, appearance = given.image_embeds, given.appearance
    reference = unet.start_pass(
        recorded["in.latent_noise_ref"], timestep, embeds, given.source_pose, appearance, TAPS
    ).taps
    with torch.enable_grad():
        taps = unet.start_pass(latents, timestep, embeds, given.target_pose, appearance, TAPS).taps
        terms = similarities(taps, reference, *masks, settings)
        foreground, background = (ENERGY * loss for loss in losses(terms, settings))
    yield "sim_fg", terms.foreground
    yield "sim_body", terms.body
    yield "sim_overlap", terms.overlap
    yield "sim_com", terms.complement
    yield "loss_fg_x4000", foreground.detach()[None]
    yield "loss_bg_x4000", background.detach()[None]
    yield "grad_fg", torch.autograd.grad(foreground, latents, retain_graph=True)[0]
    yield "grad_bg", torch.autograd.grad(background, latents, retain_graph=True)[0]
    yield "guidance", score_gradient(latents, taps, reference, *masks, settings).gradient


def reconstruction(case: Case) -> Iterator[Row]:
    """The reconstruction branch: an edit with the source poses, without CFG, noise, repeats or guidance."""
    recorded = case.tensors("recon")
    if not recorded:
        return
    given = condition(case.networks, case)
    plain = SamplerSettings(
        steps=case.run["steps"],
        seed=case.run["seed"],
        cfg_scale=1,
        noise_eta=0,
        repeats=1,
        guidance=GuidanceSettings(scale=0),
    )
    recorded["latents_after_step"] = recorded["latents_collection"].flip(0)[1:]
    run = Run("recon", case.networks, replace(given, target_pose=given.source_pose), plain)
    yield from run.compare(recorded)


def edits(case: Case) -> Iterator[Row]:
    """All recorded edits; of those that the released code's estimator guides, the first steps."""
    for name in SHARED + NONSQUARE:
        yield from edit(case, name)
    for name in SEPARATE:
        yield from edit(case, name, stop=12)


def edit(case: Case, name: str, stop: int | None = None) -> Iterator[Row]:
    """One recorded edit, up to step `stop`."""
    if recorded := case.tensors(name):
        runs = candidates(case, name)
        run = runs[0] if len(runs) == 1 else min(runs, key=lambda run: run.first_error(recorded))
        yield from run.compare(recorded, stop)


def candidates(case: Case, name: str) -> list[Run]:
    """The runs that may have been recorded: the guiding U-Net and the CFG scale are not always on record."""
    camera = name.endswith("camTrue")
    scales = {mode: run["cfg"] for mode, run in case.run["camera_runs"].items()}
    return [
        Run(name, networks, condition(networks, case), settings(case, name, cfg_scale))
        for networks in _guides(case, name)
        for cfg_scale in (scales.values() if name in NONSQUARE else [scales[str(camera)]])
    ]


def settings(case: Case, name: str, cfg_scale: float) -> SamplerSettings:
    """The settings of a recorded edit."""
    strength = 0.0 if name.endswith("noguidance") else 1000 * case.run["energy_scale"] / ENERGY
    return SamplerSettings(
        steps=case.run["steps"],
        seed=case.run["seed"],
        cfg_scale=cfg_scale,
        camera=name.endswith("camTrue"),
        noise_eta=case.run["SDE_strength"],
        guidance=GuidanceSettings(scale=strength),
    )


def _guides(case: Case, name: str) -> list[Networks]:
    """The networks with each U-Net that may have guided an edit."""
    if name in SHARED or not case.has_estimator:
        return [case.networks]
    estimator = case.load("denoising_unet", "estimator_delta").unet
    pair = replace(case.networks, unet=GuidedByEstimator(case.networks.unet, estimator, case.inputs.appearance))
    return [pair] if name in SEPARATE else [case.networks, pair]


class GuidedByEstimator(UNet):
    """The released code's pair of U-Nets: one denoises, the other, the estimator, gives the tapped features."""

    def __init__(self, unet: UNet, estimator: UNet, appearance: Tensor) -> None:
        super().__init__(unet.config)
        self.load_state_dict(unet.state_dict(), assign=True)
        self.requires_grad_(False)
        self._estimator = estimator
        self._appearance_features = estimator.encode_appearance(appearance)

    def start_pass(
        self,
        latents: Tensor,
        timestep: int,
        image_embeds: Tensor,
        pose_features: Tensor,
        appearance_features: Sequence[Tensor],
        taps: Sequence[int],
        kv: KVExchange | None = None,
    ) -> PassState:
        """The pass of this U-Net with the taps of the estimator."""
        args = latents, timestep, image_embeds, pose_features
        own = super().start_pass(*args, appearance_features, (), kv)
        return replace(own, taps=self._estimator.start_pass(*args, self._appearance_features, taps).taps)


@dataclass(frozen=True)
class Run:
    """One run of the sampler, to be compared with its recording."""

    name: str
    networks: Networks
    given: Conditioning
    settings: SamplerSettings

    @property
    def plans(self) -> tuple[StepPlan, ...]:
        return make_plan(self.settings, self.networks.config.schedule)

    def start(self, recorded: dict[str, Tensor]) -> Lockstep:
        size = tuple(recorded["latents_org"].shape[-2:])
        return Lockstep(self.networks, self.given, self.settings, size, self.plans[0].alpha_bar)

    def first_error(self, recorded: dict[str, Tensor]) -> float:
        return rel_l2(self.start(recorded).advance(self.plans[0]).latents, recorded["latents_after_step"][0])

    def compare(self, recorded: dict[str, Tensor], stop: int | None = None) -> Iterator[Row]:
        """Errors of the noise, of gradients and latents of the named steps, of the worst step, and of the video."""
        yield from self._noise(recorded)
        state, latents, worst = self.start(recorded), _latents_by_step(recorded), 0.0
        gradients = _gradients_by_step(recorded, self.plans)
        for plan in self.plans[:stop]:
            if plan.index in NAMED_STEPS and plan.index in gradients:
                evaluator = Evaluator(self.networks.unet, self.given, self.settings)
                gradient = evaluator.evaluate(plan, state.edit, state.reconstruction).gradient
                yield f"{self.name}.guidance.step{plan.index}", rel_l2(gradient, gradients[plan.index]), TOLERANCE
            state.advance(plan)
            if plan.index in latents:
                error = rel_l2(state.edit, latents[plan.index])
                worst = max(worst, error)
                if plan.index in NAMED_STEPS:
                    yield f"{self.name}.latents.step{plan.index}", error, TOLERANCE
        yield f"{self.name}.latents.worst", worst, TOLERANCE
        if stop is None:
            yield from self._video(state.edit, recorded)

    def _noise(self, recorded: dict[str, Tensor]) -> Iterator[Row]:
        """The random draws of the seed, in order."""
        source, first = NoiseSource(self.settings.seed), recorded["latents_org"]
        draws = [first, *recorded.get("sde_noise", ())]
        ours = [source.draw(first.shape, first.device, first.dtype) for _ in draws]
        yield f"{self.name}.noise", rel_l2(torch.stack(ours), torch.stack(draws)), EXACT

    def _video(self, latents: Tensor, recorded: dict[str, Tensor]) -> Iterator[Row]:
        """The decoded latents; the recorded grey levels n are truncated, so that ours must lie in [n, n + 1]."""
        video = (self.networks.codec.decode(latents) / 2 + 0.5).clamp(0, 1)
        if "video_frame0" in recorded:
            yield f"{self.name}.video_frame0", rel_l2(video[:, :, :1], recorded["video_frame0"]), TOLERANCE
        if "video_u8" in recorded:
            levels = recorded["video_u8"].float()
            distance = video * 255 - (video * 255).clamp(levels, levels + 1)
            yield f"{self.name}.video_u8", rel_l2(levels + distance, levels), TOLERANCE


def _latents_by_step(recorded: dict[str, Tensor]) -> dict[int, Tensor]:
    """The latents after each step, or after the recorded `steps` of a bundled case."""
    latents = recorded["latents_after_step"]
    steps = recorded["steps"].tolist() if "steps" in recorded else range(len(latents))
    return dict(zip(steps, latents, strict=True))


def _gradients_by_step(recorded: dict[str, Tensor], plans: Sequence[StepPlan]) -> dict[int, Tensor]:
    """The first score gradient of each guided step; the recording has one for each repeat."""
    if "guidance_calls" not in recorded:
        return {}
    guided = [plan for plan in plans if plan.guides]
    if "guidance_steps" in recorded:
        return dict(zip(recorded["guidance_steps"].tolist(), recorded["guidance_calls"], strict=True))
    first = accumulate((plan.repeats for plan in guided[:-1]), initial=0)
    return {plan.index: recorded["guidance_calls"][call] for plan, call in zip(guided, first, strict=True)}
