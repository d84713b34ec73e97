"""Ranges of seeds for training and for evaluation, which never overlap; the random generator that a seed starts."""

from __future__ import annotations

import re

import numpy as np

from motionfollower.core.errors import InputError

Random = np.random.Generator

TRAINING = range(900_000)
HELD_OUT = range(900_000, 1_000_000)
ALL = range(1_000_000)


def check_seed(seed: int, what: str, allowed: range = ALL) -> int:
    """Return a seed in the allowed range, else raise InputError."""
    if seed not in allowed:
        raise InputError(f"The {what} is {seed}; allowed is {allowed.start} to {allowed.stop - 1}.")
    return seed


def parse_seeds(text: str, allowed: range) -> range:
    """Parse a range "A:B", B excluded; InputError if it is malformed, empty or not within `allowed`."""
    match = re.fullmatch(r"(\d{1,9}):(\d{1,9})", text.strip())
    if match is None:
        raise InputError(
            f"{text!r} is not a range of seeds. Write FIRST:END, for example {allowed.start}:{allowed.start + 8}."
        )
    seeds = range(int(match[1]), int(match[2]))
    if not seeds or seeds.start not in allowed or seeds[-1] not in allowed:
        raise InputError(
            f"The seeds {text} are not within {allowed.start}:{allowed.stop}. "
            f"Training uses {TRAINING.start}:{TRAINING.stop}, evaluation {HELD_OUT.start}:{HELD_OUT.stop}."
        )
    return seeds
