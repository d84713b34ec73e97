"""Masks as they were found, and put right by clicks."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from pathlib import Path

from motionfollower.core.config import PrepareSettings
from motionfollower.core.events import Event, StageStarted, progress_events
from motionfollower.core.types import EditInputs, FoundMasks, Prepared
from motionfollower.pipeline.backends import Preprocessors, load_length_reader
from motionfollower.pipeline.reading import read_source, read_target, trim, truncation_warnings
from preprocess.align.align import AlignMode, align, align_people
from preprocess.align.partial import Following
from preprocess.align.person import Person
from preprocess.align.placement import ManualAlignment
from preprocess.segmentation.point_prompts import MaskClick, MaskRefiner
from preprocess.types import Alignment, Clip, ClipPoint, InputError, MaskSequence, Observation
from preprocess.video.probe import probe


def apply_mask_clicks(prepared: Prepared, settings: PrepareSettings, refiner: MaskRefiner) -> Prepared:
    """The preparation with the masks that the settings' clicks make of those that were found.

    Whatever follows from the masks is still as it was. InputError where a click is outside its clip.
    """
    inputs = prepared.inputs
    found = prepared.found or FoundMasks(inputs.source_masks, prepared.target_own_masks)
    clicks = settings.source_clicks, settings.target_clicks
    if found.clicks == clicks:
        return prepared
    source = _refine_masks("source", inputs.source, found.source, clicks[0], refiner)
    target = _refine_masks("target", prepared.target, found.target, clicks[1], refiner)
    return replace(
        prepared,
        inputs=replace(inputs, source_masks=source),
        target_own_masks=target,
        found=replace(found, clicks=clicks),
    )


def _refine_masks(
    role: str, clip: Clip, found: MaskSequence, clicks: tuple[MaskClick, ...], refiner: MaskRefiner
) -> MaskSequence:
    if not clicks:
        return found
    try:
        return refiner.refine(clip, found, clicks)
    except InputError as error:
        raise InputError(f"The {role} clip: {error}") from error


def prepare(
    source: Path, target: Path, settings: PrepareSettings, preprocessors: Preprocessors
) -> Generator[Event, None, Prepared]:
    """Read two clips, find their people, align the target's motion and foretell where the person will be.

    InputError where a clip can't be read or shows no person.
    """
    yield StageStarted("read")
    source_media, target_media = probe(source), probe(target)
    source_clip, origin = read_source(source_media, settings)
    target_clip = read_target(target_media, source_clip.size, source_clip.fps, len(source_clip))
    cuts = (
        *truncation_warnings("Source", source_media, len(source_clip), source_clip.fps, settings.frames),
        *truncation_warnings("Target", target_media, len(target_clip), target_clip.fps, len(source_clip)),
    )
    source_clip, target_clip, warnings = trim(source_clip, target_clip)
    source_seen, source_masks, source_doubts = yield from detect_person(
        source_clip, "source", settings.source_person, preprocessors
    )
    target_seen, target_masks, target_doubts = yield from detect_person(
        target_clip, "target", settings.target_person, preprocessors
    )
    yield StageStarted("align")
    doubts = (*cuts, *warnings, *source_doubts, *target_doubts)
    crowded = tuple(role for role, seen in (("source", source_seen), ("target", target_seen)) if seen.has_others)
    unmoved = EditInputs(source_clip, source_seen.poses, source_seen.poses, source_masks, source_masks, origin)
    prepared = Prepared(unmoved, target_clip, target_seen.poses, target_masks, {}, doubts, crowded)
    return realign(prepared, settings, preprocessors)


def realign(prepared: Prepared, settings: PrepareSettings, preprocessors: Preprocessors) -> Prepared:
    """The same clips with the masks put right by the clicks and the motion aligned anew; nobody is looked for again.

    InputError where a click is outside its clip.
    """
    prepared = apply_mask_clicks(prepared, settings, preprocessors.refiner)
    inputs, own = prepared.inputs, prepared.target_own_masks
    aligned = align_prepared(prepared, settings)
    predicted = preprocessors.target_masks.predict(inputs.source_poses, inputs.source_masks, aligned, own)
    warnings = (*prepared.doubts, *aligned.warnings)
    inputs = replace(inputs, aligned_poses=aligned.poses, target_masks=predicted, warnings=warnings)
    return replace(prepared, inputs=inputs, alignment=aligned.report)


def align_prepared(prepared: Prepared, settings: PrepareSettings) -> Alignment:
    """Where `settings` place the target's motion on the source: quick enough to follow a slider."""
    inputs = prepared.inputs
    seen = (inputs.source_poses, inputs.source_masks, prepared.target_poses, prepared.target_own_masks)
    return align(*seen, *alignment_options(settings), load_length_reader())


def align_detections(source: Person, target: Person, settings: PrepareSettings) -> Alignment:
    """The same for a person who was measured already."""
    return align_people(source, target, *alignment_options(settings), load_length_reader())


def alignment_options(settings: PrepareSettings) -> tuple[AlignMode, ManualAlignment, Following]:
    """The alignment mode, the manual adjustment and the partial motion that the settings ask for."""
    manual = ManualAlignment(settings.scale, *settings.shift, settings.foot_line)
    return settings.align, manual, Following(settings.parts, settings.blend)


def detect_person(
    clip: Clip, role: str, person: ClipPoint | None, preprocessors: Preprocessors
) -> Generator[Event, None, tuple[Observation, MaskSequence, list[str]]]:
    """What is seen of the person at a point, the masks, and what is doubtful; sentences name the clip's role."""
    try:
        seen = yield from progress_events(f"{role} poses", len(clip), preprocessors.poses.estimate(clip, person))
        masks, doubts = yield from progress_events(
            f"{role} masks", len(clip), preprocessors.segmenter.segment(clip, seen)
        )
    except InputError as error:
        raise InputError(f"The {role} clip: {error}") from error
    return seen, masks, [f"{role.capitalize()}: {warning}" for warning in (*seen.warnings, *doubts)]
