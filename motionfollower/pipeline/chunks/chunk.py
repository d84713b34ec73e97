"""Editing the parts of a long clip, when it is known where everybody is and where the motion is to be."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from pydantic import TypeAdapter

from motionfollower.core.config import EditConfig, SamplerSettings
from motionfollower.core.events import Event, progress_events
from motionfollower.core.types import EditInputs, EditMetrics, EditResult, StepLosses
from motionfollower.io.compositing import at_source_size
from motionfollower.pipeline.backends import Backend
from motionfollower.pipeline.chunks.detection import Detections, offset_warning
from motionfollower.pipeline.chunks.pair import ClipPair
from motionfollower.pipeline.edit import edit
from motionfollower.pipeline.metrics import measure_edit
from preprocess.types import Alignment, Frame, Size
from preprocess.video.atomic import atomic_path, output_errors
from preprocess.video.image_folder import read_image
from preprocess.video.write import write_frames


@dataclass(frozen=True)
class ChunkEditor:
    """All that the `parts` of one edit share; `aligned` is the motion of the whole clip.

    It is the same on every machine that sees the clips and the folder of the pieces.
    """

    request: EditConfig
    pair: ClipPair
    source: Detections
    target: Detections
    aligned: Alignment
    parts: tuple[range, ...]
    pieces: ChunkResults

    def kept(self) -> dict[int, ChunkResult]:
        """The pieces that are made already, by the numbers of their parts."""
        pieces = {number: self.pieces.read(number) for number in range(len(self.parts))}
        return {number: piece for number, piece in pieces.items() if piece}

    def make(self, number: int, sampler: SamplerSettings, backend: Backend) -> Generator[Event, None, ChunkResult]:
        """Edit a part and keep its piece."""
        part = self.parts[number]
        inputs = self._inputs(part, backend)
        result = yield from self._edit(inputs, sampler, backend)
        is_chosen = self.request.prepare.source_person is not None
        work = measure_edit(inputs, self._frames(inputs, result), backend.preprocessors.poses, is_chosen=is_chosen)
        measures = yield from progress_events("measure", 2 * len(part), work)
        warnings = tuple(offset_warning(part.start, warning) for warning in result.warnings)
        piece = ChunkResult(result.settings, result.losses, warnings, measures)
        self.pieces.write(number, piece, self._frames(inputs, result))
        return piece

    def _edit(
        self, inputs: EditInputs, sampler: SamplerSettings, backend: Backend
    ) -> Generator[Event, None, EditResult]:
        """The edit of a part; one without anybody stays as it is."""
        if inputs.source_masks.masks.any() or inputs.target_masks.masks.any():
            return (yield from edit(inputs, sampler, backend))
        frames = f"{len(inputs.source)} frames"
        return EditResult(inputs.source, sampler, (), (f"Nobody is to be seen in {frames}; they stay as they are.",))

    def _inputs(self, part: range, backend: Backend) -> EditInputs:
        clip, origin = self.pair.read_source(part)
        masks, poses = self.source.masks(part), self.source.person.poses.part(part)
        span = slice(part.start, part.stop)
        aligned = replace(self.aligned, poses=self.aligned.poses.part(part), transforms=self.aligned.transforms[span])
        foretell = backend.preprocessors.target_masks.predict
        return EditInputs(
            clip, poses, aligned.poses, masks, foretell(poses, masks, aligned, self.target.masks(part)), origin
        )

    def _frames(self, inputs: EditInputs, result: EditResult) -> Iterator[Frame]:
        return at_source_size(inputs, result, lock=self.request.lock)


RECORD = "part.json"


@dataclass(frozen=True)
class ChunkResult:
    """What there is to know of an edited part; `settings` are those that it was sampled with."""

    settings: SamplerSettings
    losses: tuple[StepLosses, ...]
    warnings: tuple[str, ...]
    measures: EditMetrics


@dataclass(frozen=True)
class ChunkResults:
    """The pieces in a folder, by the number of their part."""

    folder: Path

    def write(self, part: int, piece: ChunkResult, frames: Iterable[Frame]) -> None:
        """Keep a piece with its frames uint8 [H, W, 3], whole or not at all; OutputError where it can't be written."""
        place = self._place(part)
        with atomic_path(place) as draft:
            write_frames(draft, frames)
            with output_errors(place):
                (draft / RECORD).write_bytes(TypeAdapter(ChunkResult).dump_json(piece))

    def read(self, part: int) -> ChunkResult | None:
        """What there is to know of a part; None where it isn't made yet."""
        file = self._place(part) / RECORD
        return TypeAdapter(ChunkResult).validate_json(file.read_bytes()) if file.is_file() else None

    def picture(self, part: int, index: int, size: Size) -> Frame:
        """One of a part's frames, of `size`, counted from the part's own first one."""
        return read_image(self._place(part) / f"frame_{index}.png", size)

    def _place(self, part: int) -> Path:
        return self.folder / f"part_{part}"


def mean_metrics(measures: Sequence[EditMetrics]) -> EditMetrics:
    """Those of a whole clip whose parts have one length."""
    matches = [one.pose_match for one in measures if one.pose_match is not None]
    errors = [one.pose_error for one in measures if one.pose_error is not None]
    return EditMetrics(
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
