"""Recipes check themselves, and say how fast to learn."""

import pytest

from motionfollower.errors import InputError
from motionfollower.training.recipe import Recipe


def test_a_recipe_survives_its_file() -> None:
    recipe = Recipe(stage="clips", timesteps=(999, 499), loss="absolute")
    assert Recipe.from_json(recipe.to_json()) == recipe


@pytest.mark.parametrize(
    "fields",
    ['{"stage": "films"}', '{"rate": NaN}', '{"rate": "fast"}', '{"timesteps": [1000]}', '{"speed": 3}', "[]", "what"],
)
def test_what_is_no_recipe_is_refused(fields: str) -> None:
    with pytest.raises(InputError):
        Recipe.from_json(fields)


def test_the_rate_rises_stays_and_falls_to_zero() -> None:
    recipe = Recipe(steps=100, warmup=10, cooldown=0.2, rate=1.0)
    rates = [recipe.rate_at(step) for step in range(101)]
    assert rates[0] == pytest.approx(0.1)
    assert rates[9:80] == [1.0] * 71
    assert rates[90] == pytest.approx(0.5)
    assert rates[100] == 0
