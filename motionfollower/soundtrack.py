"""Whose sound an edit has."""

from __future__ import annotations

from pathlib import Path

from motionfollower.settings import SoundChoice
from preprocess.probe import probe
from preprocess.types import Clip, Sound


def soundtrack(choice: SoundChoice, edited: Clip, target: Path | None) -> Sound | None:
    """The sound that belongs to the edited frames; None where the chosen clip is silent, or none is wanted.

    Both clips are read from their beginning at one rate, so the target's sound stays with its motion.
    """
    if choice == "source":
        return edited.sound
    if choice == "target" and target is not None and probe(target).has_sound:
        return Sound(target, 0.0, len(edited) / edited.fps)
    return None
