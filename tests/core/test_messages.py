"""Every warning has a message, and frames are listed as ranges."""

from collections.abc import Sequence

import pytest

from motionfollower.core.messages import frame_list, message, messages, recorded
from preprocess.warnings import ClipWarning, Role, WarningCode

VALUES: dict[str, str | int | float] = {
    "followed": "largest",
    "origin": "mediapipe",
    "pixels": 40,
    "side": "below",
    "foot_line": 380,
    "shown": 1.25,
    "promised": 3.0,
    "edited": 20,
    "source": 24,
    "window": 8,
    "folder": "case-1",
    "name": "torch",
    "before": "2.4",
    "after": "2.5",
    "text": "A sentence of an earlier run.",
}


@pytest.mark.parametrize("code", WarningCode)
def test_every_code_has_a_message(code: WarningCode) -> None:
    text = message(ClipWarning(code, (3, 4, 5), values=VALUES))
    assert text[0].isupper() or text.startswith(("case-1", "torch"))
    assert text.endswith(".")
    assert "{" not in text


@pytest.mark.parametrize(("role", "start"), [("source", "Source: "), ("target", "Target: "), (None, "")])
def test_a_message_begins_with_its_clip(role: Role | None, start: str) -> None:
    warning = ClipWarning(WarningCode.MASK_EMPTY, (7,), role)
    assert message(warning) == f"{start}The mask of frame 7 is empty; nothing is edited there."


def test_recorded_sentences_come_back_unchanged() -> None:
    sentences = ("Source: The mask of frame 7 is empty; nothing is edited there.", "{not a field}")
    assert messages(recorded(sentences)) == sentences


@pytest.mark.parametrize(
    ("frames", "text"),
    [
        ((1,), "frame 1"),
        ((1, 2, 3, 5), "frames 1–3, 5"),
        ((0, 2, 3), "frames 0, 2–3"),
    ],
)
def test_frames_are_listed_as_ranges(frames: Sequence[int], text: str) -> None:
    assert frame_list(frames) == text
