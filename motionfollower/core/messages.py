"""The sentence for each warning, as `run.json`, the command line and the app show it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

from preprocess.warnings import ClipWarning, WarningCode

_MESSAGES = {
    WarningCode.NO_PERSON: "No person found in {frames} of the clip; nothing is edited there.",
    WarningCode.POSE_INTERPOLATED: "The pose in {frames} is interpolated from neighbouring frames.",
    WarningCode.SEVERAL_PEOPLE: "More than one person is visible; the {followed} one is followed.",
    WarningCode.MASK_COPIED: "The mask of {frames} failed and is taken from the nearest good frame.",
    WarningCode.MASK_EMPTY: "The mask of {frames} is empty; nothing is edited there.",
    WarningCode.MASK_FALLBACK: "The mask of {frames} is {origin}'s: Segment Anything found none that fits the pose.",
    WarningCode.SOURCE_PERSON_MISSING: "Alignment: no person is found in the source in {frames}.",
    WarningCode.TARGET_PERSON_MISSING: "Alignment: no person is found in the target in {frames}.",
    WarningCode.SOURCE_MASK_EMPTY: "Alignment: the source mask is empty in {frames}.",
    WarningCode.TARGET_MASK_EMPTY: "Alignment: the target mask is empty in {frames}.",
    WarningCode.UNUSUAL_HEIGHT: "Alignment: the height relative to the source is unusual in {frames}.",
    WarningCode.OUT_OF_FRAME: "Alignment: the person extends beyond the image in {frames}.",
    WarningCode.GROUND_OFFSET: (
        "Alignment: the feet stand {pixels} pixels {side} the source's; "
        "a foot line of {foot_line} puts them on the same ground."
    ),
    WarningCode.CLIP_TRUNCATED: "The video ends after {shown:.1f} of {promised:.1f} seconds; the file may be damaged.",
    WarningCode.TARGET_SHORTER: "The target ends first: the edit has {edited} of the source's {source} frames.",
    WarningCode.TARGET_SILENT: "The target has no sound, so the edit is silent.",
    WarningCode.GUIDANCE_MASK_EMPTY: "The mask is empty in {frames}: score guidance skipped them.",
    WarningCode.SMALLER_WINDOW: "Memory was short: the clip was edited in windows of {window} frames.",
    WarningCode.TILED_DECODING: "Memory was short: images were decoded in tiles.",
    WarningCode.CASE_WITHOUT_PERSON: "{folder} shows no person in {frames}; check these images.",
    WarningCode.ENVIRONMENT_CHANGED: "{name} was {before} in the first run and is {after} now.",
    WarningCode.RECORDED: "{text}",
}


def message(warning: ClipWarning) -> str:
    """One sentence, which begins with the clip it is about."""
    text = _MESSAGES[warning.code].format(frames=frame_list(warning.frames), **warning.values)
    return f"{warning.role.capitalize()}: {text}" if warning.role else text


def messages(warnings: Iterable[ClipWarning]) -> tuple[str, ...]:
    """The sentence of each warning."""
    return tuple(message(warning) for warning in warnings)


def recorded(sentences: Iterable[str]) -> tuple[ClipWarning, ...]:
    """Warnings of an earlier run, of which the record has only the sentences."""
    return tuple(ClipWarning(WarningCode.RECORDED, values={"text": sentence}) for sentence in sentences)


def frame_list(frames: Sequence[int]) -> str:
    """Frames in words, counted from 0: "frame 3", "frames 3, 12–30"."""
    starts = [frame for before, frame in pairwise((-2, *frames)) if frame > before + 1]
    ends = [frame for frame, after in pairwise((*frames, frames[-1] + 2)) if after > frame + 1] if frames else []
    runs = [f"{start}" if start == end else f"{start}–{end}" for start, end in zip(starts, ends, strict=True)]
    return f"{'frame' if len(frames) == 1 else 'frames'} {', '.join(runs)}"
