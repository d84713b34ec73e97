"""Prepared clips, kept between Check poses and Generate so that poses and masks are detected once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from motionfollower.core.config import PrepareSettings
from motionfollower.core.events import Report
from motionfollower.core.hashing import sha256_of
from motionfollower.core.types import EditInputs, Prepared
from motionfollower.pipeline.backends import Preprocessors
from motionfollower.pipeline.checks import CameraModeProposal, propose_camera_mode
from motionfollower.pipeline.prepare import prepare, realign
from preprocess.video.probe import Media

DETECTION_SETTINGS = ("frames", "size", "fps", "source_person", "target_person")
"""The settings that detections depend on; the others only change the alignment and the masks."""


@dataclass(frozen=True, eq=False)  # compared by identity, so that Gradio notices a new preparation
class PreparedClips:
    """Two prepared clips, with the sha256 of their files and the proposed camera mode."""

    hashes: tuple[str, str]
    prepared: Prepared
    camera: CameraModeProposal

    @classmethod
    def of(cls, source: Path, target: Path, prepared: Prepared) -> PreparedClips:
        """Clips that were just prepared."""
        return cls(clip_hashes(source, target), prepared, propose_camera_mode(prepared.inputs))

    @property
    def settings(self) -> PrepareSettings:
        """The settings that the clips were prepared with."""
        return self.prepared.settings

    @property
    def inputs(self) -> EditInputs:
        """The inputs of an edit."""
        return self.prepared.inputs

    def is_of(self, source: Path, target: Path) -> bool:
        """Whether these two files were prepared."""
        return self.hashes == clip_hashes(source, target)

    def has_detections_for(self, settings: PrepareSettings) -> bool:
        """Whether `settings` would lead to the same detections; the alignment may differ."""
        return all(getattr(self.settings, name) == getattr(settings, name) for name in DETECTION_SETTINGS)

    def realigned(self, settings: PrepareSettings, preprocessors: Preprocessors) -> PreparedClips:
        """The same clips with the alignment and mask clicks of `settings`, whose detections are those of the clips."""
        if settings == self.settings:
            return self
        return replace(self, prepared=realign(self.prepared, settings, preprocessors))


def clip_hashes(source: Path, target: Path) -> tuple[str, str]:
    """The sha256 of two clips; paths cannot identify them, as each upload has its own."""
    return sha256_of(source), sha256_of(target)


def prepare_clips(
    earlier: PreparedClips | None,
    source: Media,
    target: Path,
    settings: PrepareSettings,
    preprocessors: Preprocessors,
    report: Report,
) -> PreparedClips:
    """Prepare two clips, reusing the detections of an `earlier` preparation where they are the same."""
    if earlier is not None and earlier.is_of(source.path, target) and earlier.has_detections_for(settings):
        return earlier.realigned(settings, preprocessors)
    return PreparedClips.of(source.path, target, prepare(source, target, settings, preprocessors, report))
