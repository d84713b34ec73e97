"""Points that the user selected in the frames: the person to track, and clicks that correct a mask."""

from __future__ import annotations

from dataclasses import dataclass, replace

from motionfollower.core.types import Prepared
from preprocess.segmentation.point_prompts import MaskClick
from preprocess.types import Bools, ClipPoint, Frame
from preprocess.warnings import Role

ROLES: tuple[Role, Role] = ("source", "target")


@dataclass(frozen=True)
class Selections:
    """The points in both clips; a person of None is the largest one."""

    source_person: ClipPoint | None = None
    target_person: ClipPoint | None = None
    source_clicks: tuple[MaskClick, ...] = ()
    target_clicks: tuple[MaskClick, ...] = ()

    def person(self, role: Role) -> ClipPoint | None:
        """The point on the person to track in a clip."""
        return self.source_person if role == "source" else self.target_person

    def clicks(self, role: Role) -> tuple[MaskClick, ...]:
        """The clicks on the mask of a clip, in their order."""
        return self.source_clicks if role == "source" else self.target_clicks

    def with_person(self, role: Role, person: ClipPoint | None) -> Selections:
        """The same with another person to track; clicks on the mask of the former one are dropped."""
        if role == "source":
            return replace(self, source_person=person, source_clicks=())
        return replace(self, target_person=person, target_clicks=())

    def with_click(self, role: Role, click: MaskClick) -> Selections:
        """The same with one more click."""
        return self._with_clicks(role, (*self.clicks(role), click))

    def without_last_click(self, role: Role) -> Selections:
        """The same without the last click on a clip."""
        return self._with_clicks(role, self.clicks(role)[:-1])

    def without_clicks(self, role: Role) -> Selections:
        """The same without any click on a clip."""
        return self._with_clicks(role, ())

    def _with_clicks(self, role: Role, clicks: tuple[MaskClick, ...]) -> Selections:
        return replace(self, source_clicks=clicks) if role == "source" else replace(self, target_clicks=clicks)


def frame_and_mask(prepared: Prepared, role: Role, index: int) -> tuple[Frame, Bools]:
    """A frame of a clip, uint8 [H, W, 3], and the mask of its person, bool [H, W]."""
    if role == "source":
        return prepared.inputs.source.frames[index], prepared.inputs.source_masks.masks[index]
    return prepared.target.frames[index], prepared.target_own_masks.masks[index]
