"""Recipes check themselves, and say how fast to learn."""

import json
from pathlib import Path

import pytest

from motionfollower.core.errors import InputError
from motionfollower.models.config import NetworksConfig
from motionfollower.research.training.config import TrainConfig

RECIPES = Path(__file__).parents[3] / "assets/recipes"


def test_a_recipe_survives_its_file() -> None:
    recipe = TrainConfig(stage="clips", timesteps=(999, 499), loss="absolute")
    assert TrainConfig.from_json(recipe.to_json()) == recipe


@pytest.mark.parametrize(
    "fields",
    ['{"stage": "films"}', '{"rate": NaN}', '{"rate": "fast"}', '{"timesteps": [1000]}', '{"speed": 3}', "[]", "what"],
)
def test_what_is_no_recipe_is_refused(fields: str) -> None:
    with pytest.raises(InputError):
        TrainConfig.from_json(fields)


def test_the_rate_rises_stays_and_falls_to_zero() -> None:
    recipe = TrainConfig(steps=100, warmup=10, cooldown=0.2, rate=1.0)
    rates = [recipe.rate_at(step) for step in range(101)]
    assert rates[0] == pytest.approx(0.1)
    assert rates[9:80] == [1.0] * 71
    assert rates[90] == pytest.approx(0.5)
    assert rates[100] == 0


@pytest.mark.parametrize("name", ["tiny-images", "tiny-clips", "full-images", "full-clips"])
def test_our_own_recipes_are_recipes(name: str) -> None:
    assert TrainConfig.from_json((RECIPES / f"{name}.json").read_text()).stage == name.split("-")[1]


def test_the_second_stage_has_motion_modules_to_train() -> None:
    shipped = json.loads((RECIPES.parent / "embedded/config.json").read_text())
    plan = json.loads((RECIPES / "tiny-with-motion.json").read_text())
    config = NetworksConfig.from_json(plan)
    assert config.unet.motion is not None
    assert {**shipped["unet"], **plan["unet"]} == plan["unet"]
