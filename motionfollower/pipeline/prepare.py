"""Prepare an edit: read both clips, detect the person in each, align the target's motion, predict the target masks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from motionfollower.core.config import PrepareSettings
from motionfollower.core.events import Report, Stage, StageStarted, begin_stage, ignore_events
from motionfollower.core.types import DetectedMasks, EditInputs, Prepared
from motionfollower.pipeline.backends import Preprocessors
from motionfollower.pipeline.reading import end_warnings, read_source, read_target, trim
from preprocess.align.align import AlignMode, align, align_people
from preprocess.align.bone_lengths import BoneLengthEstimator
from preprocess.align.partial import PartialMotion
from preprocess.align.person import Person
from preprocess.align.placement import ManualAlignment
from preprocess.segmentation.point_prompts import MaskClick, MaskRefiner
from preprocess.types import (
    Alignment,
    AlignmentReport,
    Clip,
    ClipPoint,
    InputError,
    MaskSequence,
    Observation,
    PoseSequence,
)
from preprocess.video.probe import Media, as_media
from preprocess.warnings import ClipWarning, Role


def prepare(
    source: Path | Media,
    target: Path | Media,
    settings: PrepareSettings,
    preprocessors: Preprocessors,
    report: Report = ignore_events,
) -> Prepared:
    """Read two clips and prepare them: everything that an edit needs.

    InputError where a clip cannot be read or shows no person.
    """
    report(StageStarted(Stage.READ))
    source_media, target_media = as_media(source), as_media(target)
    source_clip, origin = read_source(source_media, settings)
    target_clip = read_target(target_media, source_clip.size, source_clip.fps, len(source_clip))
    lengths = len(source_clip), len(target_clip)
    read_warnings = end_warnings(source_media, target_media, lengths, source_clip.fps, settings.frames)
    source_clip, target_clip = (trim(clip, min(lengths)) for clip in (source_clip, target_clip))
    of_source, source_masks, source_warnings = detect_person(
        source_clip, "source", settings.source_person, preprocessors, report
    )
    of_target, target_masks, target_warnings = detect_person(
        target_clip, "target", settings.target_person, preprocessors, report
    )
    report(StageStarted(Stage.ALIGN))
    detected = DetectedMasks(source_masks, target_masks)
    source_masks, target_masks = _refine_both(detected, source_clip, target_clip, settings, preprocessors.refiner)
    unaligned = EditInputs(
        source_clip, of_source.poses, of_source.poses, source_masks, source_masks, origin, target_media
    )
    doubts = (*read_warnings, *source_warnings, *target_warnings)
    inputs, alignment = _align_inputs(unaligned, of_target.poses, target_masks, doubts, settings, preprocessors)
    return Prepared(
        inputs,
        target_clip,
        of_target.poses,
        target_masks,
        alignment,
        doubts,
        crowded=_crowded(source=of_source, target=of_target),
        detected=replace(detected, clicks=(settings.source_clicks, settings.target_clicks)),
        settings=settings,
    )


def _crowded(*, source: Observation, target: Observation) -> tuple[Role, ...]:
    roles: list[tuple[Role, Observation]] = [("source", source), ("target", target)]
    return tuple(role for role, seen in roles if seen.has_others)


def detect_person(
    clip: Clip, role: Role, person: ClipPoint | None, preprocessors: Preprocessors, report: Report = ignore_events
) -> tuple[Observation, MaskSequence, tuple[ClipWarning, ...]]:
    """The poses and masks of the person at a point, or of the largest one, and warnings about the clip of that role."""
    try:
        poses_done = begin_stage(report, Stage(f"{role} poses"), len(clip))
        seen = preprocessors.poses.estimate(clip, person, poses_done)
        masks_done = begin_stage(report, Stage(f"{role} masks"), len(clip))
        masks, doubts = preprocessors.segmenter.segment(clip, seen, masks_done)
    except InputError as error:
        raise InputError(f"The {role} clip: {error}") from error
    return seen, masks, tuple(warning.about(role) for warning in (*seen.warnings, *doubts))


def realign(prepared: Prepared, settings: PrepareSettings, preprocessors: Preprocessors) -> Prepared:
    """The same clips with the settings' mask clicks applied and the motion aligned again; nothing is detected again.

    InputError where a click is outside its clip.
    """
    inputs, target_masks = prepared.inputs, prepared.target_own_masks
    detected = prepared.detected or DetectedMasks(inputs.source_masks, target_masks)
    clicks = settings.source_clicks, settings.target_clicks
    if detected.clicks != clicks:
        source_masks, target_masks = _refine_both(
            detected, inputs.source, prepared.target, settings, preprocessors.refiner
        )
        inputs, detected = replace(inputs, source_masks=source_masks), replace(detected, clicks=clicks)
    inputs, alignment = _align_inputs(
        inputs, prepared.target_poses, target_masks, prepared.doubts, settings, preprocessors
    )
    return replace(
        prepared,
        inputs=inputs,
        target_own_masks=target_masks,
        alignment=alignment,
        detected=detected,
        settings=settings,
    )


def _align_inputs(
    inputs: EditInputs,
    target_poses: PoseSequence,
    target_masks: MaskSequence,
    doubts: tuple[ClipWarning, ...],
    settings: PrepareSettings,
    preprocessors: Preprocessors,
) -> tuple[EditInputs, AlignmentReport]:
    """The inputs with aligned poses and predicted target masks, and the report of the alignment."""
    clips = (inputs.source_poses, inputs.source_masks, target_poses, target_masks)
    aligned = align(*clips, *alignment_options(settings), preprocessors.bone_lengths)
    predicted = preprocessors.target_masks.predict(inputs.source_poses, inputs.source_masks, aligned, target_masks)
    warnings = (*doubts, *aligned.warnings)
    return replace(inputs, aligned_poses=aligned.poses, target_masks=predicted, warnings=warnings), aligned.report


def align_prepared(prepared: Prepared, settings: PrepareSettings, preprocessors: Preprocessors) -> Alignment:
    """Align the target's motion as `settings` say: fast enough to follow a slider."""
    inputs = prepared.inputs
    clips = (inputs.source_poses, inputs.source_masks, prepared.target_poses, prepared.target_own_masks)
    return align(*clips, *alignment_options(settings), preprocessors.bone_lengths)


def align_detections(
    source: Person, target: Person, settings: PrepareSettings, bone_lengths: BoneLengthEstimator
) -> Alignment:
    """Align the motion of two people whose poses and boxes were detected span by span, as in a long clip."""
    return align_people(source, target, *alignment_options(settings), bone_lengths)


def alignment_options(settings: PrepareSettings) -> tuple[AlignMode, ManualAlignment, PartialMotion]:
    """The mode, the manual adjustment and the partial motion that the settings ask for."""
    manual = ManualAlignment(settings.scale, *settings.shift, settings.foot_line)
    return settings.align, manual, PartialMotion(settings.parts, settings.blend)


def _refine_both(
    detected: DetectedMasks, source: Clip, target: Clip, settings: PrepareSettings, refiner: MaskRefiner
) -> tuple[MaskSequence, MaskSequence]:
    """The detected masks of both clips, refined by the settings' clicks."""
    return (
        refine_masks("source", source, detected.source, settings.source_clicks, refiner),
        refine_masks("target", target, detected.target, settings.target_clicks, refiner),
    )


def refine_masks(
    role: Role, clip: Clip, masks: MaskSequence, clicks: Sequence[MaskClick], refiner: MaskRefiner
) -> MaskSequence:
    """The masks of one clip refined by clicks on it."""
    if not clicks:
        return masks
    try:
        return refiner.refine(clip, masks, clicks)
    except InputError as error:
        raise InputError(f"The {role} clip: {error}") from error
