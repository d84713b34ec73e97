"""Which seeds are for what."""

import pytest

from motionfollower.core.errors import InputError
from motionfollower.research.synthetic.seeds import HELD_OUT, TRAINING, check_seed, parse_seeds


def test_no_seed_is_trained_on_and_measured():
    assert not set(TRAINING) & set(HELD_OUT)


def test_a_range_is_read():
    assert parse_seeds("900000:900008", HELD_OUT) == range(900_000, 900_008)


@pytest.mark.parametrize("text", ["", "5", "8:8", "9:3", "-1:3", "1:2:3", "a:b", "10:12", "999999:1000001"])
def test_other_ranges_are_refused(text: str):
    with pytest.raises(InputError, match="seeds"):
        parse_seeds(text, HELD_OUT)


def test_a_seed_outside_is_named():
    with pytest.raises(InputError, match="motion seed is 1000000; allowed is 0 to 999999"):
        check_seed(1_000_000, "motion seed")
