"""prepare.json: the joints behind the drawn poses, the alignment report, and warnings."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from pydantic import TypeAdapter, ValidationError

from motionfollower.core.errors import InputError
from motionfollower.core.messages import messages
from motionfollower.core.types import Prepared
from preprocess.types import AlignmentReport, PoseSequence, Size


@dataclass(frozen=True)
class PosesRecord:
    """Joints as lists: keypoints [F][128][2] in pixels, scores [F][128]."""

    size: Size
    keypoints: list[list[list[float]]]
    scores: list[list[float]]

    def __post_init__(self) -> None:
        self.poses()  # raises a ValueError where the lists do not match

    @classmethod
    def of(cls, poses: PoseSequence) -> PosesRecord:
        """The record of poses; their drawings are images of the case."""
        return cls(poses.size, poses.keypoints.tolist(), poses.scores.tolist())

    def poses(self) -> PoseSequence:
        """The recorded poses."""
        return PoseSequence(np.array(self.keypoints, np.float32), np.array(self.scores, np.float32), self.size)


@dataclass(frozen=True)
class PreparationRecord:
    """What prepare.json holds; `fps` is the clips', `doubts` are the warnings that do not concern the alignment."""

    fps: float
    source_poses: PosesRecord
    target_poses: PosesRecord
    aligned_poses: PosesRecord
    alignment: AlignmentReport
    warnings: tuple[str, ...]
    doubts: tuple[str, ...] = ()
    format: Literal[1] = 1

    @classmethod
    def of(cls, prepared: Prepared) -> PreparationRecord:
        """The record of a preparation."""
        inputs = prepared.inputs
        return cls(
            fps=inputs.source.fps,
            source_poses=PosesRecord.of(inputs.source_poses),
            target_poses=PosesRecord.of(prepared.target_poses),
            aligned_poses=PosesRecord.of(inputs.aligned_poses),
            alignment=prepared.alignment,
            warnings=messages(inputs.warnings),
            doubts=messages(prepared.doubts),
        )

    def to_json(self) -> str:
        """The text of prepare.json."""
        return TypeAdapter(PreparationRecord).dump_json(self).decode() + "\n"


def load_preparation(path: Path) -> PreparationRecord | None:
    """Read a prepare.json, None where there is none; InputError where it is damaged."""
    if not path.is_file():
        return None
    try:
        return TypeAdapter(PreparationRecord).validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise InputError(f"{path} is damaged. Remove it: the joints are then parsed from the drawings.") from error
