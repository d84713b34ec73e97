"""Clips that were looked at, kept between Check poses and Generate, so that nothing is looked at twice."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, replace
from pathlib import Path

from motionfollower.core.config import PrepareSettings
from motionfollower.core.events import Event
from motionfollower.core.hashing import sha256_of
from motionfollower.core.types import Prepared
from motionfollower.pipeline.backends import Preprocessors
from motionfollower.pipeline.checks import CameraModeProposal, propose_camera_mode
from motionfollower.pipeline.prepare import prepare, realign

READING = ("frames", "size", "fps", "source_person", "target_person")
"""The settings that decide what is seen in the clips; the others are about what is made of it."""


@dataclass(frozen=True, eq=False)  # compared by identity: Gradio wants to know whether it is another one
class PreparedClips:
    """Two clips, known by their digests, prepared with `settings`, and what is proposed for the camera."""

    clips: tuple[str, str]
    settings: PrepareSettings
    prepared: Prepared
    camera: CameraModeProposal

    @classmethod
    def of(cls, source: Path, target: Path, settings: PrepareSettings, prepared: Prepared) -> PreparedClips:
        """Two clips that were just prepared."""
        return cls(clip_hashes(source, target), settings, prepared, propose_camera_mode(prepared.inputs))

    def is_of(self, source: Path, target: Path) -> bool:
        """Whether it shows these clips."""
        return self.clips == clip_hashes(source, target)

    def is_read_as(self, settings: PrepareSettings) -> bool:
        """Whether the clips were read in this way; how they are aligned doesn't matter."""
        return all(getattr(self.settings, name) == getattr(settings, name) for name in READING)

    def aligned(self, settings: PrepareSettings, preprocessors: Preprocessors) -> PreparedClips:
        """The same clips, as they were read, aligned and with the clicks on masks as `settings` say."""
        settings = replace(settings, **{name: getattr(self.settings, name) for name in READING})
        if settings == self.settings:
            return self
        return replace(self, settings=settings, prepared=realign(self.prepared, settings, preprocessors))


def clip_hashes(source: Path, target: Path) -> tuple[str, str]:
    """By what two clips are known: a path says nothing, as each upload has one of its own."""
    return sha256_of(source), sha256_of(target)


def prepare_clips(
    known: PreparedClips | None, source: Path, target: Path, settings: PrepareSettings, preprocessors: Preprocessors
) -> Generator[Event, None, PreparedClips]:
    """The clips prepared; what is `known` of them already is not found out again."""
    if known is not None and known.is_of(source, target) and known.is_read_as(settings):
        return known.aligned(settings, preprocessors)
    prepared = yield from prepare(source, target, settings, preprocessors)
    return PreparedClips.of(source, target, settings, prepared)
