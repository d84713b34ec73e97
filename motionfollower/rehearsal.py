"""A rehearsal of a run: the very code of an edit, on tensors that have shapes and no numbers, counting their bytes."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_map_only

from motionfollower.models.codec import Codec, KLCodec
from motionfollower.models.config import NetworksConfig
from motionfollower.models.networks import Networks, build_networks


class LiveBytes(TorchDispatchMode):  # type: ignore[no-untyped-call]
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


def without_memory() -> FakeTensorMode:
    """Tensors made while this is on take no memory; operations on them choose their kernels as on a processor."""
    return FakeTensorMode(allow_non_fake_inputs=True)


def build_without_memory(config: NetworksConfig, dtype: torch.dtype) -> Networks:
    """Networks whose weights take no memory, for inference; to be called, and used, `without_memory`."""
    with torch.device("meta"):
        networks = build_networks(config)
    for part in networks.parts:
        state = {key: torch.empty(weight.shape, dtype=dtype) for key, weight in part.state_dict().items()}
        part.load_state_dict(state, assign=True)
        part.requires_grad_(False).eval()
    return networks


def blend_nothing(codec: Codec) -> None:
    """Leave the seams of tiles as they are: they are blended in place, line by line, slow to rehearse for no bytes."""
    if isinstance(codec, KLCodec):
        codec.vae.blend_v = codec.vae.blend_h = lambda before, tile, extent: tile
