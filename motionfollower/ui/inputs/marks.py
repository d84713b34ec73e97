"""What somebody pointed at in the pictures: the person to follow, and places where a mask is wrong."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from motionfollower.core.types import Prepared
from preprocess.segmentation.point_prompts import MaskClick
from preprocess.types import Bools, ClipPoint, Frame

Role = Literal["source", "target"]
ROLES: tuple[Role, Role] = ("source", "target")


@dataclass(frozen=True)
class Selections:
    """The points of both clips; None follows the largest person."""

    source_person: ClipPoint | None = None
    target_person: ClipPoint | None = None
    source_clicks: tuple[MaskClick, ...] = ()
    target_clicks: tuple[MaskClick, ...] = ()

    def person(self, role: Role) -> ClipPoint | None:
        """Whom to follow in a clip."""
        return self.source_person if role == "source" else self.target_person

    def clicks(self, role: Role) -> tuple[MaskClick, ...]:
        """The clicks on a clip's mask, in their order."""
        return self.source_clicks if role == "source" else self.target_clicks

    def following(self, role: Role, person: ClipPoint | None) -> Selections:
        """The same, following a person; clicks on the mask of another one are void."""
        if role == "source":
            return replace(self, source_person=person, source_clicks=())
        return replace(self, target_person=person, target_clicks=())

    def clicked(self, role: Role, click: MaskClick) -> Selections:
        """The same with one more click."""
        return self._with_clicks(role, (*self.clicks(role), click))

    def undone(self, role: Role) -> Selections:
        """The same without the last click."""
        return self._with_clicks(role, self.clicks(role)[:-1])

    def cleared(self, role: Role) -> Selections:
        """The same without any click."""
        return self._with_clicks(role, ())

    def _with_clicks(self, role: Role, clicks: tuple[MaskClick, ...]) -> Selections:
        return replace(self, source_clicks=clicks) if role == "source" else replace(self, target_clicks=clicks)


def frame_of(prepared: Prepared, role: Role, index: int) -> tuple[Frame, Bools]:
    """A frame of a clip uint8 [H, W, 3], and the mask of its person, bool [H, W]."""
    if role == "source":
        return prepared.inputs.source.frames[index], prepared.inputs.source_masks.masks[index]
    return prepared.target.frames[index], prepared.target_own_masks.masks[index]
