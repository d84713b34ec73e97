"""Hyperparameters: validation, recipe files, and the learning-rate schedule."""

import json
from pathlib import Path

import pytest

from motionfollower.core.errors import InputError
from motionfollower.models.config import NetworksConfig
from motionfollower.research.training.config import TrainConfig

RECIPES = Path(__file__).parents[3] / "assets/recipes"


def test_a_recipe_survives_its_file() -> None:
    config = TrainConfig(stage="clips", timesteps=(999, 499), loss="absolute")
    assert TrainConfig.from_json(config.to_json()) == config


@pytest.mark.parametrize(
    "fields",
    ['{"stage": "films"}', '{"rate": NaN}', '{"rate": "fast"}', '{"timesteps": [1000]}', '{"speed": 3}', "[]", "what"],
)
def test_an_invalid_recipe_is_refused(fields: str) -> None:
    with pytest.raises(InputError):
        TrainConfig.from_json(fields)


def test_the_learning_rate_warms_up_stays_and_cools_down_to_zero() -> None:
    config = TrainConfig(steps=100, warmup=10, cooldown=0.2, rate=1.0)
    rates = [config.lr_at(step) for step in range(101)]
    assert rates[0] == pytest.approx(0.1)
    assert rates[9:80] == [1.0] * 71
    assert rates[90] == pytest.approx(0.5)
    assert rates[100] == 0


@pytest.mark.parametrize("name", ["tiny-images", "tiny-clips", "full-images", "full-clips"])
def test_the_shipped_recipes_are_valid(name: str) -> None:
    assert TrainConfig.from_json((RECIPES / f"{name}.json").read_text()).stage == name.split("-")[1]


def test_the_second_stage_has_motion_modules_to_train() -> None:
    shipped = json.loads((RECIPES.parent / "embedded/config.json").read_text())
    with_motion = json.loads((RECIPES / "tiny-with-motion.json").read_text())
    config = NetworksConfig.from_json(with_motion)
    assert config.unet.motion is not None
    assert {**shipped["unet"], **with_motion["unet"]} == with_motion["unet"]
