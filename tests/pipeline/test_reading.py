"""The lengths of the clips of an edit, by their headers and by their frames."""

from pathlib import Path

import numpy as np
import pytest

from motionfollower.core.config import PrepareSettings
from motionfollower.pipeline.reading import length_warnings, promised_frames, trim, truncation_warnings
from preprocess.types import Clip, Sound
from preprocess.video.probe import Media
from preprocess.warnings import ClipWarning, WarningCode


def video(seconds: float | None, fps: float = 8.0) -> Media:
    return Media(Path("clip.mp4"), (64, 48), fps, seconds)


def images(count: int) -> Media:
    paths = tuple(Path(f"frame_{index}.png") for index in range(count))
    return Media(Path("clip"), (64, 48), 8.0, count / 8, images=paths)


@pytest.mark.parametrize(
    ("source", "target", "settings", "frames"),
    [
        (video(3.0), video(9.0, fps=30), PrepareSettings(), 24),
        (video(3.0), video(1.0, fps=30), PrepareSettings(), 8),
        (video(3.0), video(9.0), PrepareSettings(fps=36), 108),
        (video(3.0), video(9.0), PrepareSettings(frames=5), 5),
        (images(7), video(9.0), PrepareSettings(fps=36), 7),
        (video(None), video(2.0), PrepareSettings(), 16),
        (video(None), video(None), PrepareSettings(), 0),
    ],
)
def test_the_promised_frames_are_those_of_the_shorter_clip(
    source: Media, target: Media, settings: PrepareSettings, frames: int
) -> None:
    assert promised_frames(source, target, settings) == frames


def test_a_video_with_clearly_fewer_frames_than_promised_is_truncated() -> None:
    expected = ClipWarning(WarningCode.CLIP_TRUNCATED, (), "source", {"shown": 1.0, "promised": 3.0})
    assert truncation_warnings("source", video(3.0), 8, 8.0, limit=None) == [expected]
    assert truncation_warnings("source", video(3.0), 8, 8.0, limit=8) == []
    assert truncation_warnings("source", video(3.0), 22, 8.0, limit=None) == []
    assert truncation_warnings("source", video(None), 8, 8.0, limit=None) == []


def test_a_shorter_target_has_a_warning() -> None:
    expected = ClipWarning(WarningCode.TARGET_SHORTER, values={"edited": 5, "source": 8})
    assert length_warnings(8, 5) == [expected]
    assert length_warnings(8, 8) == []


def test_a_trimmed_clip_has_as_much_sound() -> None:
    clip = Clip(np.zeros((8, 4, 4, 3), np.uint8), 8.0, Sound(Path("clip.mp4"), 0.5, 1.0))
    assert trim(clip, 8) is clip
    trimmed = trim(clip, 6)
    assert (len(trimmed), trimmed.sound) == (6, Sound(Path("clip.mp4"), 0.5, 0.75))
