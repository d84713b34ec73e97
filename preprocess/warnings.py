"""Warnings as data: a code, the clip and frames concerned, and the values that a message about them names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Role = Literal["source", "target"]
"""Which of the two clips of an edit."""


class WarningCode(StrEnum):
    """The kind of a warning; each code has one message in `motionfollower.core.messages`."""

    NO_PERSON = "no_person"
    POSE_INTERPOLATED = "pose_interpolated"
    SEVERAL_PEOPLE = "several_people"
    MASK_COPIED = "mask_copied"
    MASK_EMPTY = "mask_empty"
    MASK_FALLBACK = "mask_fallback"

    SOURCE_PERSON_MISSING = "source_person_missing"
    TARGET_PERSON_MISSING = "target_person_missing"
    SOURCE_MASK_EMPTY = "source_mask_empty"
    TARGET_MASK_EMPTY = "target_mask_empty"
    UNUSUAL_HEIGHT = "unusual_height"
    OUT_OF_FRAME = "out_of_frame"
    GROUND_OFFSET = "ground_offset"

    CLIP_TRUNCATED = "clip_truncated"
    TARGET_SHORTER = "target_shorter"
    TARGET_SILENT = "target_silent"
    GUIDANCE_MASK_EMPTY = "guidance_mask_empty"
    SMALLER_WINDOW = "smaller_window"
    TILED_DECODING = "tiled_decoding"
    CASE_WITHOUT_PERSON = "case_without_person"
    ENVIRONMENT_CHANGED = "environment_changed"
    RECORDED = "recorded"


@dataclass(frozen=True)
class ClipWarning:
    """A warning about an edit's clips or settings.

    `role` is the clip concerned, None for both or neither; `frames` are counted from 0; `values` are the other fields
    of the message.
    """

    code: WarningCode
    frames: tuple[int, ...] = ()
    role: Role | None = None
    values: Mapping[str, str | int | float] = field(default_factory=dict)

    @classmethod
    def of_frames(cls, code: WarningCode, chosen: NDArray[np.bool_], **values: str | int | float) -> ClipWarning:
        """The warning about the chosen frames of bool [F]."""
        return cls(code, tuple(np.flatnonzero(chosen).tolist()), values=values)

    def about(self, role: Role) -> ClipWarning:
        """The same warning about one of the two clips."""
        return replace(self, role=role)

    def shifted(self, first: int) -> ClipWarning:
        """The same warning with frames counted from the start of a longer clip, in which frame 0 is `first`."""
        return replace(self, frames=tuple(frame + first for frame in self.frames))
