"""The finished parts of a long edit, on disk: their pictures, and what there is to know about each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from pydantic import TypeAdapter

from motionfollower.measures import Measures
from motionfollower.settings import SamplerSettings
from motionfollower.types import StepLosses
from preprocess.atomic import replacing, writing
from preprocess.pictures import read_picture
from preprocess.types import Frame, Size
from preprocess.write_video import write_frames

RECORD = "part.json"


@dataclass(frozen=True)
class Piece:
    """What there is to know of an edited part; `settings` are those that it was sampled with."""

    settings: SamplerSettings
    losses: tuple[StepLosses, ...]
    warnings: tuple[str, ...]
    measures: Measures


@dataclass(frozen=True)
class Pieces:
    """The pieces in a folder, by the number of their part."""

    folder: Path

    def write(self, part: int, piece: Piece, frames: Iterable[Frame]) -> None:
        """Keep a piece with its frames uint8 [H, W, 3], whole or not at all; OutputError where it can't be written."""
        place = self._place(part)
        with replacing(place) as draft:
            write_frames(draft, frames)
            with writing(place):
                (draft / RECORD).write_bytes(TypeAdapter(Piece).dump_json(piece))

    def read(self, part: int) -> Piece | None:
        """What there is to know of a part; None where it isn't made yet."""
        file = self._place(part) / RECORD
        return TypeAdapter(Piece).validate_json(file.read_bytes()) if file.is_file() else None

    def picture(self, part: int, index: int, size: Size) -> Frame:
        """One of a part's frames, of `size`, counted from the part's own first one."""
        return read_picture(self._place(part) / f"frame_{index}.png", size)

    def _place(self, part: int) -> Path:
        return self.folder / f"part_{part}"


def mean_measures(measures: Sequence[Measures]) -> Measures:
    """Those of a whole clip whose parts have one length."""
    matches = [one.pose_match for one in measures if one.pose_match is not None]
    errors = [one.pose_error for one in measures if one.pose_error is not None]
    return Measures(
        background_kept=float(np.mean([one.background_kept for one in measures])),
        pose_match=float(np.mean(matches)) if matches else None,
        pose_error=float(np.mean(errors)) if errors else None,
        flicker=float(np.mean([one.flicker for one in measures])),
        source_flicker=float(np.mean([one.source_flicker for one in measures])),
    )


def mean_losses(parts: Sequence[tuple[StepLosses, ...]]) -> tuple[StepLosses, ...]:
    """Those of each step, over all parts that have any."""
    return tuple(
        StepLosses(
            step[0].step,
            float(np.mean([losses.foreground for losses in step])),
            float(np.mean([losses.background for losses in step])),
        )
        for step in zip(*filter(None, parts), strict=True)
    )
