"""Editing the parts of a long clip, when it is known where everybody is and where the motion is to be."""

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
from motionfollower.types import EditInputs, EditResult, Event
from preprocess.types import Alignment, Frame


@dataclass(frozen=True)
class PartWork:
    """All that the `parts` of one edit share; `aligned` is the motion of the whole clip.

    It is the same on every machine that sees the clips and the folder of the pieces.
    """

    request: EditRequest
    pair: ClipPair
    source: Survey
    target: Survey
    aligned: Alignment
    parts: tuple[range, ...]
    pieces: Pieces

    def kept(self) -> dict[int, Piece]:
        """The pieces that are made already, by the numbers of their parts."""
        pieces = {number: self.pieces.read(number) for number in range(len(self.parts))}
        return {number: piece for number, piece in pieces.items() if piece}

    def make(self, number: int, sampler: SamplerSettings, backend: Backend) -> Generator[Event, None, Piece]:
        """Edit a part and keep its piece."""
        part = self.parts[number]
        inputs = self._inputs(part, backend)
        result = yield from self._edit(inputs, sampler, backend)
        is_chosen = self.request.prepare.source_person is not None
        work = measure(inputs, self._frames(inputs, result), backend.preprocessors.poses, is_chosen=is_chosen)
        measures = yield from counted("measure", 2 * len(part), work)
        warnings = tuple(count_from(part.start, warning) for warning in result.warnings)
        piece = Piece(result.settings, result.losses, warnings, measures)
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
