"""Whose sound an edit has."""

from __future__ import annotations

from pathlib import Path

from motionfollower.core.config import SoundChoice
from preprocess.types import Sound
from preprocess.video.probe import probe


def choose_audio(
    choice: SoundChoice, own: Sound | None, seconds: float, target: Path | None
) -> tuple[Sound | None, tuple[str, ...]]:
    """The sound that belongs to an edit of so many seconds, and a sentence where the target has none to give.

    `own` is the source's, None where it is silent. Both clips are read from their beginning at one rate, so the
    target's sound stays with its motion.
    """
    if choice == "source":
        return own, ()
    if choice == "none" or target is None:
        return None, ()
    if not probe(target).has_sound:
        return None, ("The target has no sound, so the edit is silent.",)
    return Sound(target, 0.0, seconds), ()
