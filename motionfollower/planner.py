"""How much memory an edit needs, found out by a rehearsal, and how to run it in the memory that there is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import torch
from torch import Tensor

from motionfollower.encode import Coder
from motionfollower.models.config import NetworksConfig
from motionfollower.models.networks import Networks
from motionfollower.rehearsal import LiveBytes, build_without_memory, weights_of, without_memory
from motionfollower.sampler.branches import Branches
from motionfollower.sampler.conditioning import Conditioning
from motionfollower.sampler.plan import make_plan
from motionfollower.sampler.reuse import DeepFeatures
from motionfollower.settings import SamplerSettings
from motionfollower.view import View
from preprocess.framing import Framing
from preprocess.types import Size

SMALL_WINDOWS = (16, 8, 4)
CHUNKS = 8
"""Of the feed-forwards, where their memory counts: more of them save little more."""

SPARE = 0.9
"""The share of the free memory that a plan may fill: allocators round up, and kernels want room to work."""

GB = 1e9


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


@dataclass(frozen=True)
class MemoryPlan:
    """How an edit runs: `checkpoints` computes layers again instead of keeping them; `window` frames at once.

    `is_whole` where that is as many as the settings ask for. Feed-forwards work in `chunks`.
    """

    checkpoints: bool
    window: int
    is_whole: bool
    needs: Needs
    fits: bool
    chunks: int = 1

    def applied(self, settings: SamplerSettings) -> SamplerSettings:
        """The settings of a run by this plan."""
        return settings if self.is_whole else _in_windows(settings, self.window)

    def text(self, job: Job, available: int) -> str:
        """One line for people: "24 × 512×512: about 11 GB, fits in 16 GB"."""
        width, height = job.size
        means = [*(["layers computed twice"] * self.checkpoints), *(["in chunks"] * (self.chunks > 1))]
        means.append(f"{self.window} frames at once")
        verdict = "fits in" if self.fits else "may not fit in"
        return (
            f"{job.frames} × {width}×{height}: about {self.needs.peak / GB:.1f} GB, "
            f"{verdict} {available / GB:.1f} GB ({', '.join(means)})"
        )


def plans(job: Job, available: int) -> Iterator[MemoryPlan]:
    """Every way to run an edit, the fastest first; smaller windows come last, as they change the result a little."""
    whole = min(job.frames, job.settings.window)
    windows = [whole, *(window for window in SMALL_WINDOWS if window < whole)]
    for checkpoints, chunks, window in [
        (False, 1, whole),
        (True, 1, whole),
        *((True, CHUNKS, window) for window in windows),
    ]:
        settings = job.settings if window == whole else _in_windows(job.settings, window)
        needs = rehearse(replace(job, settings=settings), checkpoints, chunks)
        yield MemoryPlan(checkpoints, window, window == whole, needs, needs.peak <= SPARE * available, chunks)


def _in_windows(settings: SamplerSettings, window: int) -> SamplerSettings:
    return replace(settings, window=window, overlap=min(settings.overlap, window // 4))


@lru_cache(maxsize=64)
def rehearse(job: Job, checkpoints: bool, chunks: int = 1) -> Needs:
    """What an edit holds at most. Takes seconds: every operation of one step of each kind is gone through."""
    _kinds(job)  # needs numbers
    with without_memory():
        networks = build_without_memory(job.config, job.dtype)
        networks.unet.use_checkpointing = checkpoints
        networks.unet.split_feed_forwards(chunks)
        return go_through(networks, job)


@torch.no_grad()
def go_through(networks: Networks, job: Job) -> Needs:
    """Encode, take one step of each kind that the job has, decode: what is held at most, with or without memory."""
    with LiveBytes(weights_of(networks)) as encoding:
        weights = encoding.now
        given, latents = conditions(networks, job)
    sampling = max(_step(networks, given, latents, job.settings, *kind) for kind in _kinds(job))
    with LiveBytes([*weights_of(networks), *given.tensors()]) as decoding:
        networks.codec.decode(latents[:, :, :1].to(job.dtype))
    return Needs(weights, encoding.peak, sampling, decoding.peak)


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
    with LiveBytes([*weights_of(networks), *given.tensors()]) as counter:
        seen = latents[:, :, frames]
        branches = Branches(networks.unet, given.window(frames), settings, DeepFeatures.of_run(settings, len(given)))
        for _ in range(2 if settings.reuse > 1 else 1):  # what a step keeps for the next is held while that runs
            reference = branches.reconstruct(seen, 0, guides=guides, injects=injects) if guides or injects else None
            branches.edit(seen, 0, reference)
    return int(counter.peak)


def _empty_view(job: Job) -> View:
    frames = np.zeros((job.frames, job.size[1], job.size[0], 3), np.uint8)
    masks = np.zeros(frames.shape[:3], bool)
    puppet = frames if job.config.needs_puppet else None
    return View(Framing.letterbox(job.size, job.size), frames, frames, frames, masks, masks, puppet)
