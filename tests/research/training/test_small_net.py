"""The trainer of small networks: steps, checkpoints, exact resumption."""

from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from motionfollower.core.errors import InputError
from motionfollower.core.events import Cancelled
from motionfollower.research.training.small_net import SmallNetConfig, SmallNetTrainer

CONFIG = SmallNetConfig(steps=6, rate=1e-2)


def loss(network: nn.Linear, step: int) -> Tensor:
    """The squared error of a line; its points differ in every step."""
    x = torch.linspace(-1, 1 + step, 8)[:, None]
    return (network(x) - 3 * x).square().mean()


def start(config: SmallNetConfig = CONFIG) -> SmallNetTrainer[nn.Linear]:
    network = nn.Linear(1, 1)
    for part in network.parameters():
        nn.init.zeros_(part)
    return SmallNetTrainer(network, config, loss)


def steps_of(trainer: SmallNetTrainer[nn.Linear], state: Path) -> list[int]:
    """Run a trainer; the steps that it reports."""
    steps = list[int]()
    trainer.run(state, steps.append)
    return steps


def test_training_resumes_exactly(tmp_path: Path) -> None:
    whole, stopped, resumed = start(), start(), start()
    assert steps_of(whole, tmp_path / "whole.pt") == [1, 2, 3, 4, 5, 6]

    def stop_at_three(step: int) -> None:
        if step == 3:
            stopped.save(tmp_path / "part.pt")
            raise Cancelled

    with pytest.raises(Cancelled):
        stopped.run(tmp_path / "part.pt", stop_at_three)
    resumed.resume(tmp_path / "part.pt")
    assert steps_of(resumed, tmp_path / "part.pt") == [4, 5, 6]
    assert torch.equal(whole.network.weight, resumed.network.weight)
    assert not torch.equal(whole.network.weight, stopped.network.weight)


def test_the_last_checkpoint_is_kept(tmp_path: Path) -> None:
    start().run(tmp_path / "state.pt")
    finished = start()
    finished.resume(tmp_path / "state.pt")
    assert finished.step == 6
    assert steps_of(finished, tmp_path / "state.pt") == []


def test_a_loss_that_is_not_finite_stops_training(tmp_path: Path) -> None:
    trainer = SmallNetTrainer(nn.Linear(1, 1), CONFIG, lambda network, step: network.weight.sum() * float("nan"))
    with pytest.raises(InputError, match="after 0 steps"):
        trainer.run(tmp_path / "state.pt")
    assert not (tmp_path / "state.pt").exists()
