"""Point prompts: the user's clicks that correct masks, and the protocol of what applies them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from preprocess.types import Clip, ClipPoint, MaskSequence


@dataclass(frozen=True)
class MaskClick:
    """A point that belongs to the person (`is_person`) or to the background."""

    at: ClipPoint
    is_person: bool


class MaskRefiner(Protocol):
    """Corrects masks at the user's clicks."""

    def refine(self, clip: Clip, masks: MaskSequence, clicks: Sequence[MaskClick]) -> MaskSequence:
        """The masks with all clicks applied and propagated to neighbouring frames.

        The result depends on the arguments only, so leaving out the last click undoes it. InputError where a click is
        outside the clip.
        """
