"""Small networks learn step by step, and go on where they stopped."""

from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from motionfollower.core.errors import InputError
from motionfollower.research.training.small_net import SmallNetConfig, SmallNetTrainer

RECIPE = SmallNetConfig(steps=6, rate=1e-2)


def loss(network: nn.Linear, step: int) -> Tensor:
    """Of a line through points that are others in every step."""
    x = torch.linspace(-1, 1 + step, 8)[:, None]
    return (network(x) - 3 * x).square().mean()


def start(recipe: SmallNetConfig = RECIPE) -> SmallNetTrainer[nn.Linear]:
    network = nn.Linear(1, 1)
    for part in network.parameters():
        nn.init.zeros_(part)
    return SmallNetTrainer(network, recipe, loss)


def test_training_goes_on_exactly_where_it_stopped(tmp_path: Path) -> None:
    whole, stopped, resumed = start(), start(), start()
    assert list(whole.run(tmp_path / "whole.pt")) == [1, 2, 3, 4, 5, 6]
    for step in stopped.run(tmp_path / "part.pt"):
        if step == 3:
            stopped.save(tmp_path / "part.pt")
            break
    resumed.resume(tmp_path / "part.pt")
    assert list(resumed.run(tmp_path / "part.pt")) == [4, 5, 6]
    assert torch.equal(whole.network.weight, resumed.network.weight)
    assert not torch.equal(whole.network.weight, stopped.network.weight)


def test_the_last_state_is_kept(tmp_path: Path) -> None:
    list(start().run(tmp_path / "state.pt"))
    done = start()
    done.resume(tmp_path / "state.pt")
    assert done.step == 6
    assert list(done.run(tmp_path / "state.pt")) == []


def test_a_loss_that_is_no_number_stops_it(tmp_path: Path) -> None:
    fitting = SmallNetTrainer(nn.Linear(1, 1), RECIPE, lambda network, step: network.weight.sum() * float("nan"))
    with pytest.raises(InputError, match="after 0 steps"):
        list(fitting.run(tmp_path / "state.pt"))
    assert not (tmp_path / "state.pt").exists()
