"""Ranges of seeds."""

import pytest

from motionfollower.core.errors import InputError
from motionfollower.research.synthetic.seeds import HELD_OUT, TRAINING, check_seed, parse_seeds


def test_training_and_held_out_seeds_are_disjoint():
    assert not set(TRAINING) & set(HELD_OUT)


def test_a_range_is_parsed():
    assert parse_seeds("900000:900008", HELD_OUT) == range(900_000, 900_008)


@pytest.mark.parametrize("text", ["", "5", "8:8", "9:3", "-1:3", "1:2:3", "a:b", "10:12", "999999:1000001"])
def test_invalid_ranges_are_rejected(text: str):
    with pytest.raises(InputError, match="seeds"):
        parse_seeds(text, HELD_OUT)


def test_a_seed_out_of_range_is_reported():
    with pytest.raises(InputError, match="motion seed is 1000000; allowed is 0 to 999999"):
        check_seed(1_000_000, "motion seed")
