"""Estimate the peak memory of an edit by tracing one step of each kind on fake tensors."""

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

from motionfollower.core.config import GuidanceSettings, SamplerSettings
from motionfollower.models.config import NetworksConfig
from motionfollower.models.model import Networks, build_networks
from motionfollower.pipeline.encoding import LatentEncoder
from motionfollower.pipeline.memory.strategy import (
    MemoryStrategy,
    NetworkStage,
    idle_networks,
    on_device,
    weights_on_device,
)
from motionfollower.pipeline.model_inputs import ModelInputs
from motionfollower.sampling.branches import Branches
from motionfollower.sampling.conditioning import Conditioning
from motionfollower.sampling.feature_cache import FeatureCache
from motionfollower.sampling.step_plan import make_plan
from preprocess.types import Size
from preprocess.video.crop import Crop

DEFAULT_STRATEGY = MemoryStrategy()


@dataclass(frozen=True)
class PeakMemory:
    """The peak bytes, weights included, while an edit encodes, samples and decodes."""

    weights: int
    encoding: int
    sampling: int
    decoding: int

    @property
    def peak(self) -> int:
        """The largest of the three."""
        return max(self.encoding, self.sampling, self.decoding)


@dataclass(frozen=True)
class MemoryQuery:
    """An edit whose memory is asked for; `size` is what the networks see, (width, height)."""

    config: NetworksConfig
    frames: int
    size: Size
    dtype: torch.dtype
    settings: SamplerSettings

    def canonical(self) -> MemoryQuery:
        """The same query without what memory does not depend on, such as the seed: equal for equal estimates."""
        guidance = GuidanceSettings(scale=min(self.settings.guidance.scale, 1.0), every=self.settings.guidance.every)
        settings = replace(self.settings, seed=0, noise_eta=0.0, guidance=guidance)
        return replace(self, settings=settings)


def estimate_peak_memory(query: MemoryQuery, strategy: MemoryStrategy = DEFAULT_STRATEGY) -> PeakMemory:
    """The peak memory of an edit: every operation of one step of each kind is traced on fake tensors.

    Takes seconds the first time. A query that differs only in what memory does not depend on is answered from a cache.
    """
    query = query.canonical()
    memory = _trace_query(query, strategy.checkpointing, strategy.feed_forward_chunks)
    if strategy.tiles:
        memory = replace(memory, decoding=_trace_tiled_decoding(query))
    return _with_offloading(memory, _idle_bytes(query.config, query.dtype)) if strategy.offloads else memory


@lru_cache(maxsize=64)
def _trace_query(query: MemoryQuery, checkpointing: bool, feed_forward_chunks: int) -> PeakMemory:
    """The peak memory with all networks on the device and images decoded whole."""
    _step_kinds(query)  # cached outside of the fake tensors, as it computes with numbers
    with on_fake_tensors():
        networks = build_on_fake_tensors(query.config, query.dtype)
        MemoryStrategy(checkpointing=checkpointing, feed_forward_chunks=feed_forward_chunks).apply(networks)
        return trace_memory(networks, query)


@lru_cache(maxsize=64)
@torch.no_grad()
def _trace_tiled_decoding(query: MemoryQuery) -> int:
    """The peak while images are decoded in tiles."""
    with on_fake_tensors():
        networks = build_on_fake_tensors(query.config, query.dtype)
        MemoryStrategy(tiles=True).apply(networks)
        networks.codec.disable_tile_blending()
        return _decode(networks, *empty_conditioning(networks, query))


def _with_offloading(memory: PeakMemory, idle_bytes: Mapping[NetworkStage, int]) -> PeakMemory:
    """The same where each stage's idle networks are offloaded."""
    return replace(
        memory,
        encoding=memory.encoding - idle_bytes[NetworkStage.ENCODING],
        sampling=memory.sampling - idle_bytes[NetworkStage.SAMPLING],
        decoding=memory.decoding - idle_bytes[NetworkStage.DECODING],
    )


@lru_cache(maxsize=8)
def _idle_bytes(config: NetworksConfig, dtype: torch.dtype) -> Mapping[NetworkStage, int]:
    """The bytes of each stage's idle networks."""
    with on_fake_tensors():
        networks = build_on_fake_tensors(config, dtype)
        return {stage: _bytes(idle_networks(networks, stage)) for stage in NetworkStage}


def _bytes(parts: Iterable[nn.Module]) -> int:
    return sum(weight.nbytes for part in parts for weight in part.parameters())


@torch.no_grad()
def trace_memory(networks: Networks, query: MemoryQuery) -> PeakMemory:
    """Encode, take one step of each kind that the edit has, decode; the peaks on the U-Net's device.

    Works on fake tensors and on real ones. Offloaded networks come to the device while they are needed.
    """
    with on_device(networks, NetworkStage.ENCODING), PeakMemoryTracker(weights_on_device(networks)) as encoding:
        conditioning, latents = empty_conditioning(networks, query)
    steps = (_step(networks, conditioning, latents, query.settings, *kind) for kind in _step_kinds(query))
    decoding = _decode(networks, conditioning, latents)
    return PeakMemory(_bytes(networks.parts), encoding.peak, max(steps), decoding)


@lru_cache(maxsize=64)
def _step_kinds(query: MemoryQuery) -> frozenset[tuple[bool, bool]]:
    """The kinds of steps, (guided, injected), that hold most: no step of the edit holds more than one of these."""
    kinds = {(plan.guides, plan.injects) for plan in make_plan(query.settings, query.config.schedule)}
    return frozenset({(True, True)} if (True, True) in kinds else kinds - {(False, False)} or kinds)


def empty_conditioning(networks: Networks, query: MemoryQuery) -> tuple[Conditioning, Tensor]:
    """The conditioning of a black clip, and latents of it f32 [1, c, f, h, w]."""
    encoder = LatentEncoder(networks, _empty_inputs(query), torch.get_default_device())
    shape = (1, query.config.unet.in_channels, query.frames, *encoder.latent_size)
    return encoder.conditioning(), torch.zeros(shape)


def _step(
    networks: Networks,
    conditioning: Conditioning,
    latents: Tensor,
    settings: SamplerSettings,
    guides: bool,
    injects: bool,
) -> int:
    """The peak of one step of a kind."""
    frames = slice(0, settings.window)
    with PeakMemoryTracker([*weights_on_device(networks), *conditioning.tensors()]) as tracker:
        window, cache = latents[:, :, frames], FeatureCache.of_run(settings, len(conditioning))
        branches = Branches(networks.unet, conditioning.window(frames), settings, cache)
        for _ in range(2 if settings.reuse > 1 else 1):  # cached features are held during the next step
            reference = branches.reconstruct(window, 0, guides=guides, injects=injects) if guides or injects else None
            branches.edit(window, 0, reference)
    return int(tracker.peak)


def _decode(networks: Networks, conditioning: Conditioning, latents: Tensor) -> int:
    """The peak of decoding; the conditioning is still held, as in a preview."""
    held = [*weights_on_device(networks), *conditioning.tensors()]
    with on_device(networks, NetworkStage.DECODING), PeakMemoryTracker(held) as tracker:
        networks.codec.decode(latents[:, :, :1].to(conditioning.image_embeds.dtype))
    return int(tracker.peak)


def _empty_inputs(query: MemoryQuery) -> ModelInputs:
    frames = np.zeros((query.frames, query.size[1], query.size[0], 3), np.uint8)
    masks = np.zeros(frames.shape[:3], bool)
    puppet = frames if query.config.needs_puppet else None
    return ModelInputs(Crop.letterbox(query.size, query.size), frames, frames, frames, masks, masks, puppet)


class PeakMemoryTracker(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Counts the bytes of live tensors: of those it is given, and of those created in its `with` block.

    A view shares the memory of its base and counts nothing.
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
    """A context in which tensors take no memory; operations on them choose their kernels as on a CPU."""
    return FakeTensorMode(allow_non_fake_inputs=True)


def build_on_fake_tensors(config: NetworksConfig, dtype: torch.dtype) -> Networks:
    """Networks whose weights take no memory, for inference; to be built and used within `on_fake_tensors`."""
    with torch.device("meta"):
        networks = build_networks(config)
    for part in networks.parts:
        state = {key: torch.empty(weight.shape, dtype=dtype) for key, weight in part.state_dict().items()}
        part.load_state_dict(state, assign=True)
        part.requires_grad_(False).eval()
    return networks
