"""Who does the work of a long edit: this process, one thing after the other, or whoever else can."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import Protocol

from motionfollower.backends import Backend, BackendName
from motionfollower.long.pieces import Piece
from motionfollower.long.survey import Survey, Surveyor
from motionfollower.long.work import PartWork
from motionfollower.metadata import Surroundings
from motionfollower.record import surroundings_of
from motionfollower.settings import SamplerSettings
from motionfollower.types import Event, StageStarted


class Crew(Protocol):
    """Those who look at the clips and edit the parts, all on one kind of backend.

    What is on disk already isn't done again; what is done is there whole whenever they are stopped.
    """

    @property
    def backend(self) -> BackendName:
        """The backend that they work on."""

    def surroundings(self) -> Surroundings:
        """What the numbers depend on where they work."""

    def survey(self, source: Surveyor, target: Surveyor) -> Generator[Event, None, tuple[Survey, Survey]]:
        """Look at both clips."""

    def make(self, work: PartWork, sampler: SamplerSettings) -> Generator[Event, None, list[Piece]]:
        """Edit those parts that aren't made yet; all pieces, in the order of the parts."""


@dataclass(frozen=True)
class OneProcess:
    """This process, on a backend that is `loaded`."""

    loaded: Backend

    @property
    def backend(self) -> BackendName:
        """The backend's name."""
        return self.loaded.name

    def surroundings(self) -> Surroundings:
        """Those of this process."""
        return surroundings_of(self.loaded)

    def survey(self, source: Surveyor, target: Surveyor) -> Generator[Event, None, tuple[Survey, Survey]]:
        """Look at one clip, then at the other."""
        seen = yield from source.survey(self.loaded.preprocessors)
        return seen, (yield from target.survey(self.loaded.preprocessors))

    def make(self, work: PartWork, sampler: SamplerSettings) -> Generator[Event, None, list[Piece]]:
        """Edit part after part. Where memory made one part's window smaller, the later ones have it too."""
        made: list[Piece] = []
        for number, part in enumerate(work.parts):
            piece = work.pieces.read(number)
            if piece is None:
                frames = f"frames {part.start} to {part.stop - 1} of {work.pair.frames}"
                yield StageStarted("part", note=f"{number + 1} of {len(work.parts)}: {frames}")
                piece = yield from work.make(number, sampler, self.loaded)
            sampler = piece.settings
            made.append(piece)
        return made
