"""Clicks that put a mask right: here is the person, here is not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from preprocess.types import Clip, ClipPoint, MaskSequence


@dataclass(frozen=True)
class MaskClick:
    """A place that belongs to the person (`is_person`), or doesn't."""

    at: ClipPoint
    is_person: bool


class MaskRefiner(Protocol):
    """Puts masks right where somebody clicked."""

    def refine(self, clip: Clip, masks: MaskSequence, clicks: Sequence[MaskClick]) -> MaskSequence:
        """The masks with all clicks honoured, and carried to the frames beside them.

        Depends on what is given and nothing else: without its last click everything is as before that click.
        InputError where a click is outside the clip.
        """
