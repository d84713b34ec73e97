"""Editing a long clip part by part, when it is known where everybody is and where the motion is to be."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass, replace

from motionfollower.backends import Backend
from motionfollower.composite import at_source_size
from motionfollower.events import counted
from motionfollower.long.pair import ClipPair
from motionfollower.long.pieces import Piece, Pieces
from motionfollower.long.survey import Survey, count_from
from motionfollower.measures import measure
from motionfollower.pipeline import edit
from motionfollower.request import EditRequest
from motionfollower.settings import SamplerSettings
from motionfollower.types import EditInputs, EditResult, Event, StageStarted
from preprocess.types import Alignment, Frame


@dataclass(frozen=True)
class PartWork:
    """All that the parts of one edit share; `aligned` is the motion of the whole clip."""

    request: EditRequest
    backend: Backend
    pair: ClipPair
    source: Survey
    target: Survey
    aligned: Alignment
    pieces: Pieces

    def make(self, parts: tuple[range, ...], sampler: SamplerSettings) -> Generator[Event, None, list[Piece]]:
        """Edit those parts that aren't made yet; all pieces.

        Where memory made one part's window smaller, the later ones have it too.
        """
        made: list[Piece] = []
        for number, part in enumerate(parts):
            piece = self.pieces.read(number)
            if piece is None:
                frames = f"frames {part.start} to {part.stop - 1} of {self.pair.frames}"
                yield StageStarted("part", note=f"{number + 1} of {len(parts)}: {frames}")
                piece = yield from self._make_piece(number, part, sampler)
            sampler = piece.settings
            made.append(piece)
        return made

    def _make_piece(self, number: int, part: range, sampler: SamplerSettings) -> Generator[Event, None, Piece]:
        inputs = self._inputs(part)
        result = yield from self._edit(inputs, sampler)
        is_chosen = self.request.prepare.source_person is not None
        work = measure(inputs, self._frames(inputs, result), self.backend.preprocessors.poses, is_chosen=is_chosen)
        measures = yield from counted("measure", 2 * len(part), work)
        warnings = tuple(count_from(part.start, warning) for warning in result.warnings)
        piece = Piece(result.settings, result.losses, warnings, measures)
        self.pieces.write(number, piece, self._frames(inputs, result))
        return piece

    def _edit(self, inputs: EditInputs, sampler: SamplerSettings) -> Generator[Event, None, EditResult]:
        """The edit of a part; one without anybody stays as it is."""
        if inputs.source_masks.masks.any() or inputs.target_masks.masks.any():
            return (yield from edit(inputs, sampler, self.backend))
        frames = f"{len(inputs.source)} frames"
        return EditResult(inputs.source, sampler, (), (f"Nobody is to be seen in {frames}; they stay as they are.",))

    def _inputs(self, part: range) -> EditInputs:
        clip, origin = self.pair.read_source(part)
        masks, poses = self.source.masks(part), self.source.person.poses.part(part)
        span = slice(part.start, part.stop)
        aligned = replace(self.aligned, poses=self.aligned.poses.part(part), transforms=self.aligned.transforms[span])
        foretell = self.backend.preprocessors.target_masks.predict
        return EditInputs(
            clip, poses, aligned.poses, masks, foretell(poses, masks, aligned, self.target.masks(part)), origin
        )

    def _frames(self, inputs: EditInputs, result: EditResult) -> Iterator[Frame]:
        return at_source_size(inputs, result, lock=self.request.lock)
