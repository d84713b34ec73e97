"""How much memory an edit needs, found out by a rehearsal."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_map_only

from motionfollower.core.config import SamplerSettings
from motionfollower.models.codecs import Codec, KLCodec
from motionfollower.models.config import NetworksConfig
from motionfollower.models.model import Networks, build_networks
from motionfollower.pipeline.crop import ModelInputs
from motionfollower.pipeline.encoding import LatentEncoder
from motionfollower.pipeline.memory.strategy import MemoryStrategy, Stage, idle_networks, on_device, weights_on_device
from motionfollower.sampling.branches import Branches
from motionfollower.sampling.conditioning import Conditioning
from motionfollower.sampling.feature_cache import FeatureCache
from motionfollower.sampling.step_plan import make_plan
from preprocess.types import Size
from preprocess.video.crop import Crop

DEFAULT_STRATEGY = MemoryStrategy()


@dataclass(frozen=True)
class PeakMemory:
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
class MemoryQuery:
    """An edit whose needs are asked for: `size` is what the networks see, (width, height)."""

    config: NetworksConfig
    frames: int
    size: Size
    dtype: torch.dtype
    settings: SamplerSettings


def estimate_peak_memory(job: MemoryQuery, way: MemoryStrategy = DEFAULT_STRATEGY) -> PeakMemory:
    """What an edit holds at most. Takes seconds: every operation of one step of each kind is gone through."""
    needs = _trace_query(job, way.checkpoints, way.chunks)
    if way.tiles:
        needs = replace(needs, decoding=_trace_tiled_decoding(job))
    return _with_offloading(needs, _idle_bytes(job.config, job.dtype)) if way.offloads else needs


@lru_cache(maxsize=64)
def _trace_query(job: MemoryQuery, checkpoints: bool, chunks: int) -> PeakMemory:
    """With all networks at hand and pictures whole."""
    _step_kinds(job)  # needs numbers
    with on_fake_tensors():
        networks = build_on_fake_tensors(job.config, job.dtype)
        MemoryStrategy(checkpoints=checkpoints, chunks=chunks).set_up(networks)
        return trace_memory(networks, job)


@lru_cache(maxsize=64)
@torch.no_grad()
def _trace_tiled_decoding(job: MemoryQuery) -> int:
    """What decoding holds where pictures are taken in tiles."""
    with on_fake_tensors():
        networks = build_on_fake_tensors(job.config, job.dtype)
        MemoryStrategy(tiles=True).set_up(networks)
        disable_tile_blending(networks.codec)
        return _decode(networks, *empty_conditioning(networks, job))


def _with_offloading(needs: PeakMemory, idle_bytes: Mapping[Stage, int]) -> PeakMemory:
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
    with on_fake_tensors():
        networks = build_on_fake_tensors(config, dtype)
        return {stage: _bytes(idle_networks(networks, stage)) for stage in Stage}


def _bytes(parts: Iterable[nn.Module]) -> int:
    return sum(weight.nbytes for part in parts for weight in part.parameters())


@torch.no_grad()
def trace_memory(networks: Networks, job: MemoryQuery) -> PeakMemory:
    """Encode, take one step of each kind that the job has, decode: what is held at most, with or without memory.

    Held where the U-Net is: networks that wait elsewhere come while they are needed.
    """
    with on_device(networks, Stage.ENCODING), PeakMemoryTracker(weights_on_device(networks)) as encoding:
        given, latents = empty_conditioning(networks, job)
    sampling = max(_step(networks, given, latents, job.settings, *kind) for kind in _step_kinds(job))
    return PeakMemory(_bytes(networks.parts), encoding.peak, sampling, _decode(networks, given, latents))


@lru_cache(maxsize=64)
def _step_kinds(job: MemoryQuery) -> frozenset[tuple[bool, bool]]:
    """Which steps hold most, guided or not, injected or not: none of the job's holds more than one of these."""
    kinds = {(plan.guides, plan.injects) for plan in make_plan(job.settings, job.config.schedule)}
    return frozenset({(True, True)} if (True, True) in kinds else kinds - {(False, False)} or kinds)


def empty_conditioning(networks: Networks, job: MemoryQuery) -> tuple[Conditioning, Tensor]:
    """What the networks are told of an empty clip, and latents of it f32 [1, c, f, h, w]."""
    coder = LatentEncoder(networks, _empty_inputs(job), torch.get_default_device())
    shape = (1, job.config.unet.in_channels, job.frames, *coder.latent_size)
    return coder.conditioning(), torch.zeros(shape)


def _step(
    networks: Networks, given: Conditioning, latents: Tensor, settings: SamplerSettings, guides: bool, injects: bool
) -> int:
    """The most that one step of a kind holds."""
    frames = slice(0, settings.window)
    with PeakMemoryTracker([*weights_on_device(networks), *given.tensors()]) as counter:
        seen = latents[:, :, frames]
        branches = Branches(networks.unet, given.window(frames), settings, FeatureCache.of_run(settings, len(given)))
        for _ in range(2 if settings.reuse > 1 else 1):  # what a step keeps for the next is held while that runs
            reference = branches.reconstruct(seen, 0, guides=guides, injects=injects) if guides or injects else None
            branches.edit(seen, 0, reference)
    return int(counter.peak)


def _decode(networks: Networks, given: Conditioning, latents: Tensor) -> int:
    """The most that decoding holds; the conditions are still there, as in a preview."""
    with (
        on_device(networks, Stage.DECODING),
        PeakMemoryTracker([*weights_on_device(networks), *given.tensors()]) as counter,
    ):
        networks.codec.decode(latents[:, :, :1].to(given.image_embeds.dtype))
    return int(counter.peak)


def _empty_inputs(job: MemoryQuery) -> ModelInputs:
    frames = np.zeros((job.frames, job.size[1], job.size[0], 3), np.uint8)
    masks = np.zeros(frames.shape[:3], bool)
    puppet = frames if job.config.needs_puppet else None
    return ModelInputs(Crop.letterbox(job.size, job.size), frames, frames, frames, masks, masks, puppet)


class PeakMemoryTracker(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Counts the bytes of tensors while somebody holds them: those that it is given, and those made while it is on.

    A view counts nothing beside the tensor whose memory it shares.
    """

    def __init__(self, held: Iterable[Tensor] = ()) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.now: int = 0
        self.peak: int = 0
        for tensor in held:
            self._watch(tensor)

    def __torch_dispatch__(
        self, func: Callable[..., Any], types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        return tree_map_only(Tensor, self._watch, func(*args, **(kwargs or {})))

    def _watch(self, tensor: Tensor) -> Tensor:
        storage: Any = tensor.untyped_storage()
        if getattr(storage, "counter", None) is not self:
            storage.counter = self
            self._count(storage.nbytes())
            weakref.finalize(storage, self._count, -storage.nbytes())
        return tensor

    def _count(self, size: int) -> None:
        self.now += size
        self.peak = max(self.peak, self.now)


def on_fake_tensors() -> FakeTensorMode:
    """Tensors made while this is on take no memory; operations on them choose their kernels as on a processor."""
    return FakeTensorMode(allow_non_fake_inputs=True)


def build_on_fake_tensors(config: NetworksConfig, dtype: torch.dtype) -> Networks:
    """Networks whose weights take no memory, for inference; to be called, and used, `without_memory`."""
    with torch.device("meta"):
        networks = build_networks(config)
    for part in networks.parts:
        state = {key: torch.empty(weight.shape, dtype=dtype) for key, weight in part.state_dict().items()}
        part.load_state_dict(state, assign=True)
        part.requires_grad_(False).eval()
    return networks


def disable_tile_blending(codec: Codec) -> None:
    """Leave the seams of tiles as they are: they are blended in place, line by line, slow to rehearse for no bytes."""
    if isinstance(codec, KLCodec):
        codec.vae.blend_v = codec.vae.blend_h = lambda before, tile, extent: tile
