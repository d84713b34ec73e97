"""Offloaded networks are moved to the device while they are needed.

The other device is torch's lazy one, which any machine has: it computes real numbers in a memory of its own.
"""

import pytest
import torch
from torch import Tensor, nn
from torch._lazy import ts_backend

from motionfollower.core.device import has_own_memory
from motionfollower.models.model import Networks
from motionfollower.pipeline.memory.estimate import empty_conditioning, estimate_peak_memory, trace_memory
from motionfollower.pipeline.memory.strategy import (
    MemoryStrategy,
    NetworkStage,
    offload,
    on_device,
    onload,
    weights_on_device,
)
from tests.pipeline.tiny_full import QUERY, tiny_full_networks
from tests.sampling.tiny import tiny_networks


@pytest.fixture(scope="module")
def lazy_device() -> torch.device:
    ts_backend.init()
    return torch.device("lazy", 0)


def on_unet_device(networks: Networks) -> list[str]:
    """The networks on the U-Net's device."""
    parts = {"unet": networks.unet, "poses": networks.pose_controller, "images": networks.image_encoder}
    assert isinstance(networks.codec, nn.Module)
    device = networks.unet.conv_in.weight.device
    return [
        name
        for name, part in {**parts, "codec": networks.codec}.items()
        if {tensor.device for tensor in (*part.parameters(), *part.buffers())} == {device}
    ]


def test_networks_are_on_the_device_for_their_stage(lazy_device: torch.device):
    networks = tiny_full_networks()
    offload(networks, lazy_device)
    expected = {
        NetworkStage.ENCODING: ["unet", "poses", "images"],
        NetworkStage.SAMPLING: ["unet"],
        NetworkStage.DECODING: ["unet", "codec"],
    }
    for stage, present in expected.items():
        with on_device(networks, stage):
            assert on_unet_device(networks) == present
        assert on_unet_device(networks) == ["unet"]
    assert len(weights_on_device(networks)) == len(list(networks.unet.parameters()))


def test_networks_are_offloaded_after_a_failure_too(lazy_device: torch.device):
    networks = tiny_full_networks()
    offload(networks, lazy_device)
    with pytest.raises(MemoryError), on_device(networks, NetworkStage.DECODING):
        raise MemoryError
    assert on_unet_device(networks) == ["unet"]


def test_nothing_moves_where_nothing_is_offloaded():
    networks = tiny_full_networks()
    before = [tensor.data_ptr() for part in networks.parts for tensor in part.parameters()]
    for stage in NetworkStage:
        with on_device(networks, stage):
            assert on_unet_device(networks) == ["unet", "poses", "images", "codec"]
    MemoryStrategy(offloads=True).apply(networks)  # on a CPU they are where they would be offloaded to
    assert [tensor.data_ptr() for part in networks.parts for tensor in part.parameters()] == before


def encode_and_decode(networks: Networks) -> list[Tensor]:
    """The outputs of all networks but the U-Net."""
    with torch.no_grad(), on_device(networks, NetworkStage.ENCODING):
        conditioning, latents = empty_conditioning(networks, QUERY)
    with torch.no_grad(), on_device(networks, NetworkStage.DECODING):
        return [*conditioning.tensors(), networks.codec.decode(latents)]


def test_offloading_changes_no_number(lazy_device: torch.device):
    networks = tiny_full_networks()
    expected = encode_and_decode(networks)
    offload(networks, lazy_device)
    assert all(map(torch.equal, encode_and_decode(networks), expected))
    MemoryStrategy().apply(networks)
    assert on_unet_device(networks) == ["unet", "poses", "images", "codec"]
    assert all(map(torch.equal, encode_and_decode(networks), expected))


def test_the_estimate_counts_the_networks_on_the_device(lazy_device: torch.device):
    networks = tiny_full_networks()
    offload(networks, lazy_device)
    estimated, real = estimate_peak_memory(QUERY, MemoryStrategy(offloads=True)), trace_memory(networks, QUERY)
    everything = estimate_peak_memory(QUERY)
    for stage in ("encoding", "sampling", "decoding"):
        assert getattr(estimated, stage) == pytest.approx(getattr(real, stage), rel=0.02), stage
        assert getattr(estimated, stage) < getattr(everything, stage), stage
    idle = estimated.weights - sum(weight.nbytes for weight in networks.unet.parameters())
    assert everything.sampling - estimated.sampling == idle


def test_networks_that_were_moved_partly_are_moved_back(lazy_device: torch.device):
    """As after running out of memory while they were moved."""
    networks = tiny_full_networks()
    expected = encode_and_decode(networks)
    networks.pose_controller.conv_out.to(lazy_device)
    onload(networks)
    assert all(map(torch.equal, encode_and_decode(networks), expected))


@pytest.mark.parametrize(("device", "has_own"), [("cpu", False), ("mps", False), ("cuda", True), ("cuda:1", True)])
def test_only_devices_with_their_own_memory_gain_from_offloading(device: str, has_own: bool):
    assert has_own_memory(torch.device(device)) is has_own


def test_a_codec_without_weights_is_neither_moved_nor_tiled(lazy_device: torch.device):
    networks = tiny_networks()
    MemoryStrategy(tiles=True).apply(networks)
    offload(networks, lazy_device)
    with on_device(networks, NetworkStage.DECODING):
        assert len(weights_on_device(networks)) == len(list(networks.unet.parameters()))
