"""Networks that wait on another device come when they are needed and leave afterwards.

The other device is torch's lazy one, which any machine has: real numbers, in a place of their own.
"""

import pytest
import torch
from torch import Tensor, nn
from torch._lazy import ts_backend

from motionfollower.core.device import has_own_memory
from motionfollower.models.model import Networks
from motionfollower.pipeline.memory.estimate import empty_conditioning, estimate_peak_memory, trace_memory
from motionfollower.pipeline.memory.strategy import MemoryStrategy, Stage, offload, on_device, onload, weights_on_device
from tests.pipeline.tiny_full import JOB, tiny_full_networks
from tests.sampling.tiny import tiny_networks


@pytest.fixture(scope="module")
def elsewhere() -> torch.device:
    ts_backend.init()
    return torch.device("lazy", 0)


def at_home(networks: Networks) -> list[str]:
    """The networks that lie where the U-Net is."""
    parts = {"unet": networks.unet, "poses": networks.pose_controller, "images": networks.image_encoder}
    assert isinstance(networks.codec, nn.Module)
    home = networks.unet.conv_in.weight.device
    return [
        name
        for name, part in {**parts, "codec": networks.codec}.items()
        if {tensor.device for tensor in (*part.parameters(), *part.buffers())} == {home}
    ]


def test_networks_come_for_their_stage_and_leave(elsewhere: torch.device):
    networks = tiny_full_networks()
    offload(networks, elsewhere)
    expected = {
        Stage.ENCODING: ["unet", "poses", "images"],
        Stage.SAMPLING: ["unet"],
        Stage.DECODING: ["unet", "codec"],
    }
    for stage, present in expected.items():
        with on_device(networks, stage):
            assert at_home(networks) == present
        assert at_home(networks) == ["unet"]
    assert len(weights_on_device(networks)) == len(list(networks.unet.parameters()))


def test_networks_leave_after_a_failure_too(elsewhere: torch.device):
    networks = tiny_full_networks()
    offload(networks, elsewhere)
    with pytest.raises(MemoryError), on_device(networks, Stage.DECODING):
        raise MemoryError
    assert at_home(networks) == ["unet"]


def test_nothing_moves_where_nothing_waits():
    networks = tiny_full_networks()
    before = [tensor.data_ptr() for part in networks.parts for tensor in part.parameters()]
    for stage in Stage:
        with on_device(networks, stage):
            assert at_home(networks) == ["unet", "poses", "images", "codec"]
    MemoryStrategy(offloads=True).set_up(networks)  # on a processor they are where they would wait
    assert [tensor.data_ptr() for part in networks.parts for tensor in part.parameters()] == before


def told_and_shown(networks: Networks) -> list[Tensor]:
    """All that networks beside the U-Net have a say in."""
    with torch.no_grad(), on_device(networks, Stage.ENCODING):
        given, latents = empty_conditioning(networks, JOB)
    with torch.no_grad(), on_device(networks, Stage.DECODING):
        return [*given.tensors(), networks.codec.decode(latents)]


def test_waiting_changes_no_number(elsewhere: torch.device):
    networks = tiny_full_networks()
    expected = told_and_shown(networks)
    offload(networks, elsewhere)
    assert all(map(torch.equal, told_and_shown(networks), expected))
    MemoryStrategy().set_up(networks)
    assert at_home(networks) == ["unet", "poses", "images", "codec"]
    assert all(map(torch.equal, told_and_shown(networks), expected))


def test_a_rehearsal_counts_what_is_held_while_the_others_wait(elsewhere: torch.device):
    networks = tiny_full_networks()
    offload(networks, elsewhere)
    rehearsed, real = estimate_peak_memory(JOB, MemoryStrategy(offloads=True)), trace_memory(networks, JOB)
    everything = estimate_peak_memory(JOB)
    for stage in ("encoding", "sampling", "decoding"):
        assert getattr(rehearsed, stage) == pytest.approx(getattr(real, stage), rel=0.02), stage
        assert getattr(rehearsed, stage) < getattr(everything, stage), stage
    others = rehearsed.weights - sum(weight.nbytes for weight in networks.unet.parameters())
    assert everything.sampling - rehearsed.sampling == others


def test_networks_that_came_half_way_are_brought_back(elsewhere: torch.device):
    """As after memory ran out while they were moved."""
    networks = tiny_full_networks()
    expected = told_and_shown(networks)
    networks.pose_controller.conv_out.to(elsewhere)
    onload(networks)
    assert all(map(torch.equal, told_and_shown(networks), expected))


@pytest.mark.parametrize(("device", "has_own"), [("cpu", False), ("mps", False), ("cuda", True), ("cuda:1", True)])
def test_only_gpus_with_their_own_memory_gain_from_it(device: str, has_own: bool):
    assert has_own_memory(torch.device(device)) is has_own


def test_a_codec_without_weights_neither_moves_nor_tiles(elsewhere: torch.device):
    networks = tiny_networks()
    MemoryStrategy(tiles=True).set_up(networks)
    offload(networks, elsewhere)
    with on_device(networks, Stage.DECODING):
        assert len(weights_on_device(networks)) == len(list(networks.unet.parameters()))
