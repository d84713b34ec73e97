"""Whether the source's camera moves so far that camera mode is worth its time."""

from __future__ import annotations

from dataclasses import dataclass

from motionfollower.types import EditInputs
from preprocess.camera_travel import camera_travel

CAMERA_TRAVEL = 40.0
"""Pixels, of 512: of the released examples, those made in camera mode travel farther, the others less."""


@dataclass(frozen=True)
class CameraProposal:
    """The measured `travel` of the source's camera, in pixels of a picture of 512, and what follows from it."""

    travel: float

    @property
    def is_on(self) -> bool:
        """Whether camera mode is proposed."""
        return self.travel > CAMERA_TRAVEL

    def __str__(self) -> str:
        state = "on" if self.is_on else "off"
        return f"The camera travels {self.travel:.0f} px of 512; beyond {CAMERA_TRAVEL:.0f} camera mode helps: {state}."


def propose_camera(inputs: EditInputs) -> CameraProposal:
    """Measure how far the background travels in the source."""
    return CameraProposal(camera_travel(inputs.source, inputs.source_masks))
