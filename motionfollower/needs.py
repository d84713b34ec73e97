"""How much memory an edit needs, found out by a rehearsal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import torch
from torch import Tensor, nn

from motionfollower.encode import Coder
from motionfollower.models.config import NetworksConfig
from motionfollower.models.networks import Networks
from motionfollower.offload import Stage, at_work, idle, weights_held
from motionfollower.rehearsal import LiveBytes, blend_nothing, build_without_memory, without_memory
from motionfollower.sampler.branches import Branches
from motionfollower.sampler.conditioning import Conditioning
from motionfollower.sampler.plan import make_plan
from motionfollower.sampler.reuse import DeepFeatures
from motionfollower.settings import SamplerSettings
from motionfollower.view import View
from motionfollower.ways import Way
from preprocess.framing import Framing
from preprocess.types import Size

AS_IT_IS = Way()


@dataclass(frozen=True)
class Needs:
    """The most bytes that are held at once, weights included, while an edit encodes, samples, decodes."""

    weights: int
    encoding: int
    sampling: int
    decoding: int

    @property
    def peak(self) -> int:
        """The most of all."""
        return max(self.encoding, self.sampling, self.decoding)


@dataclass(frozen=True)
class Job:
    """An edit whose needs are asked for: `size` is what the networks see, (width, height)."""

    config: NetworksConfig
    frames: int
    size: Size
    dtype: torch.dtype
    settings: SamplerSettings


def rehearse(job: Job, way: Way = AS_IT_IS) -> Needs:
    """What an edit holds at most. Takes seconds: every operation of one step of each kind is gone through."""
    needs = _rehearse(job, way.checkpoints, way.chunks)
    if way.tiles:
        needs = replace(needs, decoding=_rehearse_tiles(job))
    return _without_idle(needs, _idle_bytes(job.config, job.dtype)) if way.offloads else needs


@lru_cache(maxsize=64)
def _rehearse(job: Job, checkpoints: bool, chunks: int) -> Needs:
    """With all networks at hand and pictures whole."""
    _kinds(job)  # needs numbers
    with without_memory():
        networks = build_without_memory(job.config, job.dtype)
        Way(checkpoints=checkpoints, chunks=chunks).set_up(networks)
        return go_through(networks, job)


@lru_cache(maxsize=64)
@torch.no_grad()
def _rehearse_tiles(job: Job) -> int:
    """What decoding holds where pictures are taken in tiles."""
    with without_memory():
        networks = build_without_memory(job.config, job.dtype)
        Way(tiles=True).set_up(networks)
        blend_nothing(networks.codec)
        return _decode(networks, *conditions(networks, job))


def _without_idle(needs: Needs, idle_bytes: Mapping[Stage, int]) -> Needs:
    """The same where networks wait elsewhere while a stage doesn't use them."""
    return replace(
        needs,
        encoding=needs.encoding - idle_bytes[Stage.ENCODING],
        sampling=needs.sampling - idle_bytes[Stage.SAMPLING],
        decoding=needs.decoding - idle_bytes[Stage.DECODING],
    )


@lru_cache(maxsize=8)
def _idle_bytes(config: NetworksConfig, dtype: torch.dtype) -> Mapping[Stage, int]:
    """The weights that each stage can do without."""
    with without_memory():
        networks = build_without_memory(config, dtype)
        return {stage: _bytes(idle(networks, stage)) for stage in Stage}


def _bytes(parts: Iterable[nn.Module]) -> int:
    return sum(weight.nbytes for part in parts for weight in part.parameters())


@torch.no_grad()
def go_through(networks: Networks, job: Job) -> Needs:
    """Encode, take one step of each kind that the job has, decode: what is held at most, with or without memory.

    Held where the U-Net is: networks that wait elsewhere come while they are needed.
    """
    with at_work(networks, Stage.ENCODING), LiveBytes(weights_held(networks)) as encoding:
        given, latents = conditions(networks, job)
    sampling = max(_step(networks, given, latents, job.settings, *kind) for kind in _kinds(job))
    return Needs(_bytes(networks.parts), encoding.peak, sampling, _decode(networks, given, latents))


@lru_cache(maxsize=64)
def _kinds(job: Job) -> frozenset[tuple[bool, bool]]:
    """Which steps hold most, guided or not, injected or not: none of the job's holds more than one of these."""
    kinds = {(plan.guides, plan.injects) for plan in make_plan(job.settings, job.config.schedule)}
    return frozenset({(True, True)} if (True, True) in kinds else kinds - {(False, False)} or kinds)


def conditions(networks: Networks, job: Job) -> tuple[Conditioning, Tensor]:
    """What the networks are told of an empty clip, and latents of it f32 [1, c, f, h, w]."""
    coder = Coder(networks, _empty_view(job), torch.get_default_device())
    shape = (1, job.config.unet.in_channels, job.frames, *coder.latent_size)
    return coder.conditioning(), torch.zeros(shape)


def _step(
    networks: Networks, given: Conditioning, latents: Tensor, settings: SamplerSettings, guides: bool, injects: bool
) -> int:
    """The most that one step of a kind holds."""
    frames = slice(0, settings.window)
    with LiveBytes([*weights_held(networks), *given.tensors()]) as counter:
        seen = latents[:, :, frames]
        branches = Branches(networks.unet, given.window(frames), settings, DeepFeatures.of_run(settings, len(given)))
        for _ in range(2 if settings.reuse > 1 else 1):  # what a step keeps for the next is held while that runs
            reference = branches.reconstruct(seen, 0, guides=guides, injects=injects) if guides or injects else None
            branches.edit(seen, 0, reference)
    return int(counter.peak)


def _decode(networks: Networks, given: Conditioning, latents: Tensor) -> int:
    """The most that decoding holds; the conditions are still there, as in a preview."""
    with at_work(networks, Stage.DECODING), LiveBytes([*weights_held(networks), *given.tensors()]) as counter:
        networks.codec.decode(latents[:, :, :1].to(given.image_embeds.dtype))
    return int(counter.peak)


def _empty_view(job: Job) -> View:
    frames = np.zeros((job.frames, job.size[1], job.size[0], 3), np.uint8)
    masks = np.zeros(frames.shape[:3], bool)
    puppet = frames if job.config.needs_puppet else None
    return View(Framing.letterbox(job.size, job.size), frames, frames, frames, masks, masks, puppet)
