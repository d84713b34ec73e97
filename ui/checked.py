"""Clips that were looked at, kept between Check poses and Generate, so that nothing is looked at twice."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, replace
from pathlib import Path

from motionfollower.backends import Preprocessors
from motionfollower.pipeline import prepare, realign
from motionfollower.types import Event, Prepared, PrepareSettings


@dataclass(frozen=True, eq=False)  # compared by identity: Gradio wants to know whether it is another one
class Checked:
    """Two clips prepared with `settings`."""

    source: Path
    target: Path
    settings: PrepareSettings
    prepared: Prepared

    def is_of(self, source: Path, target: Path, settings: PrepareSettings) -> bool:
        """Whether it shows these clips, read in this way; how they are aligned doesn't matter."""
        mine = (self.settings.frames, self.settings.size, self.settings.fps)
        return (self.source, self.target) == (source, target) and mine == (settings.frames, settings.size, settings.fps)

    def aligned(self, settings: PrepareSettings, preprocessors: Preprocessors) -> Checked:
        """The same clips, as they were read, aligned as `settings` say."""
        mine = self.settings
        settings = replace(settings, frames=mine.frames, size=mine.size, fps=mine.fps)
        if settings == self.settings:
            return self
        return replace(self, settings=settings, prepared=realign(self.prepared, settings, preprocessors))


def look(
    known: Checked | None, source: Path, target: Path, settings: PrepareSettings, preprocessors: Preprocessors
) -> Generator[Event, None, Checked]:
    """The clips prepared; what is `known` of them already is not found out again."""
    if known is not None and known.is_of(source, target, settings):
        return known.aligned(settings, preprocessors)
    prepared = yield from prepare(source, target, settings, preprocessors)
    return Checked(source, target, settings, prepared)
