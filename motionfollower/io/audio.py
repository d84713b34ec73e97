"""The audio track of an edit."""

from __future__ import annotations

from motionfollower.core.config import SoundChoice
from preprocess.types import Sound
from preprocess.video.probe import Media
from preprocess.warnings import ClipWarning, WarningCode


def choose_audio(
    choice: SoundChoice, source: Sound | None, target: Media | None, seconds: float
) -> tuple[Sound | None, tuple[ClipWarning, ...]]:
    """The sound for an edit of so many seconds, and a warning where the target was chosen and is silent.

    Both clips are read from their beginning at one rate, so the target's sound stays in step with its motion.
    """
    if choice == "source":
        return source, ()
    if choice == "none" or target is None:
        return None, ()
    if not target.has_sound:
        return None, (ClipWarning(WarningCode.TARGET_SILENT),)
    return Sound(target.path, 0.0, seconds), ()
